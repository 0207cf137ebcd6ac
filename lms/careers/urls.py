"""Addresses of careers."""

from django.urls import URLPattern, URLResolver, path

from lms.careers import views

app_name = "careers"
urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", views.mine, name="mine"),
    path("pass-lines/", views.pass_lines, name="pass_lines"),
    path("of/<uuid:uuid>/add/<slug:kind>/", views.add, name="add"),
    path("<slug:kind>/<uuid:uuid>/end/", views.end, name="end"),
    path("<slug:kind>/<uuid:uuid>/void/", views.void, name="void"),
]
