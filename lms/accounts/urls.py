"""Addresses of sign-in and accounts."""

from django.urls import include, path

from lms.accounts import views

own = (
    [
        path("me/", views.me, name="me"),
        path("me/preferences/", views.preferences, name="preferences"),
        path("users/", views.user_list, name="user_list"),
        path("users/new/", views.user_create, name="user_create"),
        path("users/<uuid:uuid>/", views.user_detail, name="user_detail"),
        path("users/<uuid:uuid>/state/", views.user_state, name="user_state"),
        path("users/<uuid:uuid>/reset/", views.sign_in_reset, name="sign_in_reset"),
        path("users/<uuid:uuid>/roles/", views.role_give, name="role_give"),
        path("roles/<uuid:uuid>/end/", views.role_end, name="role_end"),
    ],
    "accounts",
)
urlpatterns = [
    path("", include(own)),
    path("", include("allauth.urls")),
]
