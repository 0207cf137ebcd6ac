"""Addresses of supervision."""

from django.urls import URLPattern, URLResolver, path

from lms.supervision import views

app_name = "supervision"
urlpatterns: list[URLPattern | URLResolver] = [
    path("mine/", views.mine, name="mine"),
    path("mine/new/", views.new, name="new"),
    path("mine/<uuid:uuid>/", views.record, name="record"),
    path("mine/<uuid:uuid>/edit/", views.edit, name="edit"),
    path("mine/<uuid:uuid>/sign/", views.sign, name="sign"),
    path("mine/<uuid:uuid>/amend/", views.amend, name="amend"),
    path("mine/<uuid:uuid>/discard/", views.discard, name="discard"),
    path("confirm/", views.to_confirm, name="to_confirm"),
    path("confirm/<uuid:uuid>/", views.confirm, name="confirm"),
    path("confirm/<uuid:uuid>/dispute/", views.dispute, name="dispute"),
    path("", views.office_list, name="list"),
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/new/", views.agree, name="agree"),
    path("agreements/<uuid:uuid>/end/", views.end_agreement, name="end_agreement"),
    path("<uuid:uuid>/", views.office_detail, name="detail"),
    path("<uuid:uuid>/sheet/", views.sheet, name="sheet"),
]
