"""Addresses of certificates for those who hold or manage them."""

from django.urls import URLPattern, URLResolver, path

from certificates import views

app_name = "certificates"
urlpatterns: list[URLPattern | URLResolver] = [
    path("mine/", views.mine, name="mine"),
    path("mine/<uuid:uuid>/", views.own_detail, name="own_detail"),
    path("mine/<uuid:uuid>/file/", views.own_file, name="own_file"),
    path("", views.certificate_list, name="list"),
    path("issuers/", views.issuers, name="issuers"),
    path("issuers/open/", views.open_issuer, name="open_issuer"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/file/", views.file, name="file"),
    path("<uuid:uuid>/print/", views.print_again, name="print"),
    path("<uuid:uuid>/void/", views.void, name="void"),
    path("<uuid:uuid>/reissue/", views.reissue, name="reissue"),
]
