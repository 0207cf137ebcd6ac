"""Addresses of reports. ``/home/`` itself stands in ``lms.urls``."""

from django.urls import path

from lms.reports import home, views

app_name = "reports"
urlpatterns = [
    path("desk/", home.desk, name="home"),
    path("figures/", views.overview, name="overview"),
    path("figures/<slug:code>/", views.division, name="division"),
    path("figures/<slug:code>/export/", views.export, name="export"),
    path("figures/<slug:code>/custom/", views.custom, name="custom"),
    path("figures/<slug:code>/open/", views.open_figure, name="open"),
    path("figures/<slug:code>/open/export/", views.export_rows, name="export_rows"),
    path("figures/<slug:code>/evidence/<uuid:person>/<uuid:occasion>/", views.evidence, name="evidence"),
    path("definitions/", views.definitions, name="definitions"),
]
