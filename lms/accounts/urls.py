"""Addresses of sign-in and accounts."""

from django.urls import include, path

urlpatterns = [
    path("", include("allauth.urls")),
]
