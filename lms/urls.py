"""Every address of the site. The rooms keep their own; Wagtail's pages come last and take what is left."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.views import admin_messages
from lms.reports.api import urls as api
from lms.reports.api.docs import docs
from lms.reports.first_run.views import first_run
from lms.reports.home import dispatch

urlpatterns = [
    path("", include("lms.core.urls")),
    path("language/", set_language, name="set_language"),
    path("audit/", include("lms.audit.urls")),
    path("places/", include("lms.places.urls")),
    path("accounts/", include("lms.accounts.urls")),
    path("people/", include("lms.people.urls")),
    path("programmes/", include("lms.programmes.urls")),
    path("notices/", include("lms.notices.urls")),
    path("ledger/", include("lms.ledger.urls")),
    path("careers/", include("lms.careers.urls")),
    path("supervision/", include("lms.supervision.urls")),
    path("certificates/", include("certificates.urls")),
    path("v/", include("certificates.public_urls")),
    path("exams/", include("exams.urls")),
    path("learn/", include("courses.urls")),
    path("pipeline/", include("lms.pipeline.urls")),
    path("reports/", include("lms.reports.urls")),
    path("api/v1/openapi.json", api.openapi, name="api_openapi"),
    path("api/v1/docs/", docs, name="api_docs"),
    path("api/v1/", include((api.endpoints(), "api"))),
    path("demo/", include("lms.demo.urls")),
    path("admin/jsi18n/", admin_messages, name="wagtailadmin_messages"),
    path("home/", dispatch, name="home"),
    path("setup/", first_run, name="first_run"),
    path("admin/account/", RedirectView.as_view(pattern_name="accounts:me"), name="editor_account"),
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="editor_sign_in"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
]

handler400 = "cms.errors.bad_request"
handler403 = "cms.errors.forbidden"
handler404 = "cms.errors.not_found"
handler500 = "cms.errors.server_error"
