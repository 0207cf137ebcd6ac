"""Addresses of reports. ``/home/`` itself stands in ``lms.urls``."""

from django.urls import path

from lms.reports import home, hours, views
from lms.reports.api import pages as tokens
from lms.reports.approval import signing, unapproved
from lms.reports.approval import views as approval
from lms.reports.cuts import opened
from lms.reports.cuts import views as cuts
from lms.reports.layouts import views as layouts
from lms.reports.monthly import views as monthly
from lms.reports.printed import views as printed

app_name = "reports"
urlpatterns = [
    path("desk/", home.desk, name="home"),
    path("figures/", views.overview, name="overview"),
    path("figures/<slug:code>/", views.division, name="division"),
    path("figures/<slug:code>/export/", views.export, name="export"),
    path("figures/<slug:code>/cut/", cuts.cut, name="cut"),
    path("figures/<slug:code>/cut/open/", opened.cut_open, name="cut_open"),
    path("figures/<slug:code>/cut/rows/", opened.cut_rows, name="cut_rows"),
    path("figures/<slug:code>/cut/export/", opened.cut_export, name="cut_export"),
    path("figures/<slug:code>/unapproved/", unapproved.unapproved, name="unapproved"),
    path("figures/<slug:code>/custom/", cuts.custom, name="custom"),
    path("figures/<slug:code>/open/", views.open_figure, name="open"),
    path("figures/<slug:code>/open/export/", views.export_rows, name="export_rows"),
    path("figures/<slug:code>/evidence/<uuid:person>/<uuid:occasion>/", views.evidence, name="evidence"),
    path("hours/", hours.mine, name="my_hours"),
    path("hours/<uuid:uuid>/", hours.of_person, name="person_hours"),
    path("approval/", approval.worklist, name="approval"),
    path("approval/<slug:code>/<int:period>/", approval.period, name="period"),
    path("approval/<slug:code>/<int:period>/act/<slug:act>/", approval.act, name="period_act"),
    path("approval/<slug:code>/<int:period>/link/", approval.sign_link, name="sign_link"),
    path("approval/<slug:code>/<int:period>/report.json", approval.payload, name="period_payload"),
    path("approval/<slug:code>/<int:period>/lines/", approval.lines, name="period_lines"),
    path("approval/<slug:code>/<int:period>/print/", printed.print_month, name="period_print"),
    path("monthly/", monthly.subscribe, name="monthly"),
    path("monthly/<uuid:uuid>/end/", monthly.unsubscribe, name="monthly_end"),
    path("sign/<str:token>/", signing.sign, name="sign"),
    path("seals/<slug:root>/", signing.seal, name="seal"),
    path("verify_export.py", signing.script, name="verify_script"),
    path("api/", tokens.api, name="api"),
    path("api/<uuid:uuid>/end/", tokens.end, name="api_token_end"),
    path("layouts/sample.xlsx", layouts.sample, name="layout_sample"),
    path("figures/<slug:code>/layouts/", layouts.layouts, name="layouts"),
    path("figures/<slug:code>/layouts/<uuid:uuid>/fill/", layouts.fill, name="layout_fill"),
    path("figures/<slug:code>/layouts/<uuid:uuid>/end/", layouts.end, name="layout_end"),
    path("figures/<slug:code>/layouts/<uuid:uuid>/file/", layouts.original, name="layout_file"),
    path("definitions/", views.definitions, name="definitions"),
]
