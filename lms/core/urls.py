"""Addresses without a domain: health, language, jobs."""

from django.urls import path

from lms.core import views

urlpatterns = [
    path("health/", views.health, name="health"),
]
