"""Addresses of reports. ``/home/`` itself stands in ``lms.urls``."""

from django.urls import path

from lms.reports import home

app_name = "reports"
urlpatterns = [
    path("desk/", home.desk, name="home"),
]
