"""Addresses of cms."""

from django.urls import URLPattern, URLResolver, path

from cms import views

app_name = "cms"
urlpatterns: list[URLPattern | URLResolver] = [
    path("large-type/", views.large_type, name="large_type"),
    path("offline/", views.offline, name="offline"),
]
