"""The short addresses that a QR code carries and that a person can type: /v/."""

from django.urls import URLPattern, URLResolver, path

from certificates import public_views as views

app_name = "verify"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.form, name="form"),
    path("file/", views.file, name="file"),
    path("log/", views.log, name="log"),
    path("<str:number>/<str:code>/", views.result, name="result"),
]
