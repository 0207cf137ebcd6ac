"""What an auditor may ask for."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.audit import selectors
from lms.audit.selectors import Wanted


class WantedForm(forms.Form):
    verb = forms.CharField(label=_("做了什么"), required=False, max_length=80, help_text=_("可只填开头，如 accounts.role"))
    actor = forms.CharField(label=_("谁（用户名）"), required=False, max_length=80)
    record = forms.UUIDField(label=_("对哪条记录（编号）"), required=False)
    division = forms.CharField(label=_("行政区划代码"), required=False, max_length=20)
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean_actor(self) -> uuid.UUID | None:
        text = self.cleaned_data["actor"]
        if not text:
            return None
        found = selectors.actor_by_name(text)
        if found is None:
            raise ValidationError(_("没有这个用户名。"))
        return found

    def clean_division(self) -> str:
        """The path of a code, built from its digits: audit lies below places and asks nobody."""
        code = self.cleaned_data["division"].split()[0] if self.cleaned_data["division"].split() else ""
        if not code:
            return ""
        if not re.fullmatch(r"[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3})?)?)?", code):
            raise ValidationError(_("行政区划代码应为2、4、6或9位数字。"))
        return "/" + "/".join(code[:length] for length in (2, 4, 6, 9) if length <= len(code)) + "/"

    def wanted(self) -> Wanted:
        asked: dict[str, Any] = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Wanted(
            verb=asked.get("verb", ""),
            actor=asked.get("actor"),
            record=asked.get("record"),
            since=asked.get("since"),
            until=asked.get("until"),
            path=asked.get("division", ""),
        )
