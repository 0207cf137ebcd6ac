"""The form of a learner's plan of review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class PlanForm(forms.Form):
    exam_on = forms.DateField(label=gettext_lazy("考试日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    daily_minutes = forms.IntegerField(
        label=gettext_lazy("每天复习几分钟"),
        min_value=5,
        max_value=240,
        help_text=gettext_lazy("5 至 240 分钟，量力而行，随时可改。"),
    )
