"""The picker of a division: a text field that works by itself, and suggests once its script runs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lms.places.models import Division


class DivisionInput(forms.TextInput):
    """Takes a code, or a name that fits one division; ``places/picker.js`` offers what name, code, pinyin or initials find."""

    template_name = "places/parts/division_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "placeholder": _("名称、代码或拼音首字母"), **(attrs or {})})
        self.within: str = ""
        self.levels: tuple[int, ...] = ()
        self.on: str = ""

    def format_value(self, value: Any) -> str:
        if isinstance(value, Division):
            return f"{value.code} {value.full_name}"
        return "" if value is None else str(value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parameters = {"within": self.within, "levels": ",".join(map(str, self.levels)), "on": self.on}
        context["widget"]["search_url"] = reverse("places:division_search")
        context["widget"]["parameters"] = {k: v for k, v in parameters.items() if v}
        return context
