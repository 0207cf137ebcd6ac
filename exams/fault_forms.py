"""Forms of regrades and of reports of faulty items."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams import rules
from exams.models import ItemVersion
from exams.regrade_states import REPORT_ANSWERS, FaultKind, Remedy, ReportState
from exams.states import CHOICE_KINDS


class RegradeForm(forms.Form):
    """What is right instead. ``answer`` is one answer; ``also`` a second one that counts as well."""

    remedy = forms.ChoiceField(label=gettext_lazy("怎样更正"), choices=Remedy.choices, widget=forms.RadioSelect, initial="keys")
    answer = forms.CharField(
        label=gettext_lazy("正确答案"), required=False, max_length=10, help_text=gettext_lazy("写字母，例如 C 或 ACD；作废时不填。")
    )
    also = forms.CharField(
        label=gettext_lazy("另一个也算对的答案"), required=False, max_length=10, help_text=gettext_lazy("两种答案都成立时填写。")
    )
    keeps_better = forms.BooleanField(label=gettext_lazy("就高不就低：没有人因此失分"), required=False, initial=True)
    reason = forms.CharField(label=gettext_lazy("原因（考生会看到）"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, version: ItemVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version.kind not in CHOICE_KINDS:
            self.fields["remedy"].choices = [(Remedy.VOID, Remedy.VOID.label)]  # type: ignore[attr-defined]
            self.fields["remedy"].initial = Remedy.VOID
            del self.fields["answer"], self.fields["also"]

    def _letters(self, name: str) -> str:
        text = rules.normalise(self.cleaned_data.get(name) or "").upper()
        if any(letter not in rules.LETTERS for letter in text):
            raise forms.ValidationError(_("答案请只写字母 A 至 J。"))
        return "".join(sorted(set(text)))

    def clean_answer(self) -> str:
        return self._letters("answer")

    def clean_also(self) -> str:
        return self._letters("also")

    def proposal(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        keys = [answer for answer in (cleaned.get("answer"), cleaned.get("also")) if answer]
        return {
            "remedy": cleaned["remedy"],
            "keys": [] if cleaned["remedy"] == Remedy.VOID else keys,
            "keeps_better": cleaned["keeps_better"],
            "reason": cleaned["reason"],
        }


class FaultForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("哪里有问题"), choices=FaultKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("写明依据更容易核实，例如法规名称和条款。请不要写个人或服务对象的信息。"),
    )


class FaultAnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("处理结果"),
        choices=[(state.value, state.label) for state in ReportState if state in REPORT_ANSWERS],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=gettext_lazy("答复（报错人会看到）"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
