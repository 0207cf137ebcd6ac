"""Addresses of programmes."""

from django.urls import URLPattern, URLResolver, path

from lms.programmes import views

app_name = "programmes"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.programmes, name="list"),
    path("new/", views.create, name="create"),
    path("categories/", views.categories, name="categories"),
    path("categories/<uuid:uuid>/end/", views.end_category, name="end_category"),
    path("funders/", views.funders, name="funders"),
    path("participations/<uuid:uuid>/leave/", views.leave, name="leave"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
]
