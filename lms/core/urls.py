"""Addresses without a domain: health, media files and jobs."""

from django.urls import path

from lms.core import views

urlpatterns = [
    path("health/", views.health, name="health"),
    path("media/<path:path>", views.media, name="media"),
    path("jobs/", views.job_list, name="job_list"),
    path("jobs/<uuid:uuid>/", views.job_detail, name="job_detail"),
    path("jobs/<uuid:uuid>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<uuid:uuid>/cancel/", views.job_cancel, name="job_cancel"),
    path("jobs/<uuid:uuid>/retry/", views.job_retry, name="job_retry"),
    path("jobs/<uuid:uuid>/result/", views.job_result, name="job_result"),
]
