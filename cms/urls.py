"""Addresses of cms."""

from django.urls import URLPattern, URLResolver, path

from cms import views

app_name = "cms"
urlpatterns: list[URLPattern | URLResolver] = [
    path("large-type/", views.large_type, name="large_type"),
    path("worker.js", views.worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("to/news/", views.news, name="news"),
    path("to/policies/", views.policies, name="policies"),
    path("search/", views.search, name="search"),
    path("gallery/", views.gallery, name="gallery"),
]
