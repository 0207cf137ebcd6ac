"""Addresses of people."""

from django.urls import URLPattern, URLResolver, path

from lms.people.views import office, own, records

app_name = "people"
urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", own.me, name="me"),
    path("me/export/", own.export, name="me_export"),
    path("me/consents/", own.consents, name="consents"),
    path("me/consents/<slug:purpose>/withdraw/", own.withdraw, name="withdraw"),
    path("me/correction/", own.correction_request, name="correction_request"),
    path("", office.people, name="list"),
    path("new/", office.create, name="create"),
    path("duplicates/", records.worklist, name="duplicates"),
    path("duplicates/<uuid:kept>/<uuid:duplicate>/", records.compare, name="compare"),
    path("merges/<uuid:uuid>/undo/", records.unmerge, name="unmerge"),
    path("corrections/", records.corrections, name="corrections"),
    path("corrections/<uuid:uuid>/", records.correction, name="correction"),
    path("documents/<uuid:uuid>/reveal/", office.reveal, name="reveal"),
    path("<uuid:uuid>/", office.detail, name="detail"),
    path("<uuid:uuid>/edit/", office.edit, name="edit"),
    path("<uuid:uuid>/documents/new/", office.document_add, name="document_add"),
    path("<uuid:uuid>/account/", office.open_account, name="open_account"),
    path("<uuid:uuid>/erase/", office.erase, name="erase"),
]
