"""Addresses of careers."""

from django.urls import URLPattern, URLResolver

app_name = "careers"
urlpatterns: list[URLPattern | URLResolver] = []
