"""Forms of regrades and of reports of faulty items."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams import rules
from exams.models import ItemVersion
from exams.regrade_states import REPORT_ANSWERS, FaultKind, Remedy, ReportState
from exams.states import CHOICE_KINDS, TEXT_KINDS, ItemKind


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
        self.kind = version.kind
        answer, also = self.fields["answer"], self.fields["also"]
        if version.kind in TEXT_KINDS:
            answer.widget, answer.max_length = forms.Textarea(attrs={"rows": 3}), 1000  # type: ignore[attr-defined]
            answer.validators = []
            answer.help_text = _("一行一个可接受的答案，全部写出；作废时不填。")
            del self.fields["also"]
        elif version.kind == ItemKind.MATCHING:
            answer.help_text = _("按题目次序写每一行对应选项的字母，例如 BCA；作废时不填。")
        elif version.kind == ItemKind.ORDERING:
            answer.help_text = _("按正确次序写字母，例如 BDAC；作废时不填。")
        elif version.kind not in CHOICE_KINDS:
            self.fields["remedy"].choices = [(Remedy.VOID, Remedy.VOID.label)]  # type: ignore[attr-defined]
            self.fields["remedy"].initial = Remedy.VOID
            del self.fields["answer"], self.fields["also"]
        if version.kind in (ItemKind.MATCHING, ItemKind.ORDERING):
            also.help_text = _("两种答案都成立时，照同样的写法填写。")

    def _letters(self, name: str) -> list[str]:
        written = self.cleaned_data.get(name) or ""
        if self.kind in TEXT_KINDS:
            return [line.strip() for line in written.splitlines() if line.strip()]
        text = rules.normalise(written).upper()
        if any(letter not in rules.LETTERS for letter in text):
            raise forms.ValidationError(_("答案请只写字母 A 至 J。"))
        return sorted(set(text)) if self.kind in CHOICE_KINDS else list(text)  # elsewhere the order is the answer

    def clean_answer(self) -> list[str]:
        return self._letters("answer")

    def clean_also(self) -> list[str]:
        return self._letters("also")

    def proposal(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        keys = [answer for answer in (cleaned.get("answer"), cleaned.get("also")) if answer]
        if self.kind == ItemKind.NUMERIC:  # one number is one answer
            keys = [[number] for answer in keys for number in answer]
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
