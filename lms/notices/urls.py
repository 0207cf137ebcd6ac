"""Addresses of notices."""

from django.urls import URLPattern, URLResolver, path

from lms.notices import views

app_name = "notices"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("preferences/", views.preferences, name="preferences"),
    path("<uuid:uuid>/open/", views.open_notice, name="open"),
]
