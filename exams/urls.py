"""Addresses of exams."""

from django.urls import URLPattern, URLResolver, path

from exams.views import attempts, items, papers, results

app_name = "exams"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", attempts.paper_list, name="paper_list"),
    path("papers/<uuid:paper>/", attempts.paper_detail, name="paper"),
    path("papers/<uuid:paper>/start/", attempts.attempt_start, name="attempt_start"),
    path("attempts/", attempts.attempt_list, name="attempt_list"),
    path("attempts/<uuid:attempt>/", attempts.attempt_page, name="attempt"),
    path("attempts/<uuid:attempt>/answers/", attempts.attempt_answers, name="attempt_answers"),
    path("attempts/<uuid:attempt>/window/", attempts.attempt_window, name="attempt_window"),
    path("attempts/<uuid:attempt>/trace/", attempts.attempt_trace, name="attempt_trace"),
    path("attempts/<uuid:attempt>/save/", attempts.attempt_save, name="attempt_save"),
    path("attempts/<uuid:attempt>/submit/", attempts.attempt_submit, name="attempt_submit"),
    path("attempts/<uuid:attempt>/result/", attempts.attempt_result, name="attempt_result"),
    path("office/banks/", items.bank_list, name="bank_list"),
    path("office/banks/new/", items.bank_create, name="bank_create"),
    path("office/banks/<uuid:bank>/", items.bank_detail, name="bank"),
    path("office/banks/<uuid:bank>/items/new/", items.item_create, name="item_create"),
    path("office/items/preview/", items.item_preview, name="item_preview"),
    path("office/items/<uuid:item>/", items.item_detail, name="item"),
    path("office/items/<uuid:item>/edit/", items.item_edit, name="item_edit"),
    path("office/items/<uuid:item>/<slug:act>/", items.item_act, name="item_act"),
    path("office/papers/", papers.paper_list, name="office_paper_list"),
    path("office/papers/new/", papers.paper_create, name="office_paper_create"),
    path("office/papers/<uuid:paper>/", papers.paper_detail, name="office_paper"),
    path("office/papers/<uuid:paper>/items/", papers.paper_items, name="office_paper_items"),
    path("office/papers/<uuid:paper>/attempts/", results.attempt_list, name="office_attempts"),
    path("office/papers/<uuid:paper>/<slug:act>/", papers.paper_act, name="office_paper_act"),
    path("office/attempts/<uuid:attempt>/", results.attempt_detail, name="office_attempt"),
]
