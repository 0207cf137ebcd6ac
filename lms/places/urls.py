"""Addresses of places."""

from django.urls import path

from lms.places import views

app_name = "places"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.division_search, name="division_search"),
    path("divisions/<slug:code>/", views.division_detail, name="division_detail"),
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/new/", views.organisation_create, name="organisation_create"),
    path("organisations/<uuid:uuid>/", views.organisation_detail, name="organisation_detail"),
    path("organisations/<uuid:uuid>/close/", views.organisation_close, name="organisation_close"),
    path("stations/", views.station_list, name="station_list"),
    path("stations/new/", views.station_create, name="station_create"),
    path("stations/<uuid:uuid>/", views.station_detail, name="station_detail"),
    path("stations/<uuid:uuid>/close/", views.station_close, name="station_close"),
    path("stations/<uuid:uuid>/operator/", views.station_operator, name="station_operator"),
]
