"""Addresses of the pipeline."""

from django.urls import URLPattern, URLResolver, path

from lms.pipeline import views

app_name = "pipeline"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.funnel, name="funnel"),
    path("members/", views.members, name="members"),
    path("conversions/", views.conversions, name="conversions"),
    path("worklist/", views.worklist, name="worklist"),
    path("person/<uuid:uuid>/", views.person, name="person"),
    path("mine/", views.mine, name="mine"),
]
