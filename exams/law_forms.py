"""Forms of law articles and their texts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.models import Policy


class ArticleForm(forms.Form):
    policy = forms.ModelChoiceField(
        label=_("法规"), queryset=Policy.objects.order_by("title"), help_text=_("没有的法规，请先在政策库里登记。")
    )
    label = forms.CharField(
        label=_("条文"), max_length=40, required=False, help_text=_("照原文写，例如“第二条”；整部法规不分条的留空。")
    )


class TextForm(forms.Form):
    effective_from = forms.DateField(label=_("施行日期"), widget=forms.DateInput(attrs={"type": "date"}))
    effective_to = forms.DateField(
        label=_("失效日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("有效的最后一天；由新文本代替或现行有效的留空。"),
    )
    source = forms.CharField(label=_("依据"), max_length=200, help_text=_("公布或修改它的文号；不确定的不要登记。"))
