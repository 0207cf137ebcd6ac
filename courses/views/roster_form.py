"""The form of a roster's columns: sheet, header rows, meaning of each column, what to do with hidden rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from courses.models import RosterImport
from courses.roster import columns
from courses.services import roster_columns as mapping
from courses.states import RosterState
from lms.core.errors import BadInput


class ColumnsForm(forms.Form):
    """Built over the outline of the uploaded file. Sheet and header rows come from the address or from what is kept."""

    sheet = forms.ChoiceField(label=_("工作表"))
    top = forms.IntegerField(label=_("表头第一行"), min_value=1, max_value=columns.SEARCHED_ROWS * 2)
    depth = forms.IntegerField(label=_("表头占几行"), min_value=1, max_value=columns.DEEPEST)
    hidden = forms.ChoiceField(
        label=_("隐藏的行"),
        required=False,
        choices=[("leave", _("不导入隐藏的行")), ("take", _("一起导入"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, roster: RosterImport, sheets: list[dict[str, Any]]) -> None:
        self.roster, self.sheets = roster, sheets
        given = dict(data.items()) if data else {}
        asked = next((s for s in sheets if s["name"][:120] == given.get("sheet")), None)
        self.outline: dict[str, Any] = asked or mapping.sheet_named(sheets, roster.sheet)
        name = self.outline["name"][:120]
        self.header = self._header(given, kept=name == roster.sheet)
        start = {
            "sheet": name,
            "top": self.header.top + 1 if self.header else 1,
            "depth": self.header.first - self.header.top if self.header else 1,
            "hidden": "" if roster.state == RosterState.MAPPING else "leave" if roster.leave_hidden else "take",
        }
        super().__init__(start | given if data and "confirm" in given else None, initial=start)
        self.fields["sheet"].choices = [(s["name"][:120], _sheet_label(s)) for s in sheets]  # type: ignore[attr-defined]
        self.fields["hidden"].required = bool(self.outline["hidden_count"])
        self.given = given

    def _header(self, given: dict[str, Any], *, kept: bool) -> columns.Header | None:
        top, depth = str(given.get("top", "")), str(given.get("depth", ""))
        try:
            if top.isdigit() and depth.isdigit():
                return mapping.header_of(self.roster, self.outline, top=int(top) - 1, first=int(top) - 1 + int(depth))
            if kept:
                top_row, first = self.roster.header_top, self.roster.header_first
                return mapping.header_of(self.roster, self.outline, top=top_row, first=first, confirmed=True)
            return mapping.header_of(self.roster, self.outline)
        except BadInput:
            return None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.header is None:
            raise forms.ValidationError(__("表头行不对，请重新填写后点“按此重新识别”。"))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """What ``confirm_columns`` takes."""
        assert self.header is not None
        letters = [column.letter for column in self.header.everything()]
        hidden = self.cleaned_data["hidden"]
        return {
            "sheet": self.cleaned_data["sheet"],
            "top": self.header.top,
            "first": self.header.first,
            "fields": {letter: self.given.get(f"field-{letter}", "") for letter in letters},
            "leave_hidden": None if not hidden else hidden == "leave",
        }

    def page(self) -> dict[str, Any]:
        """What the page shows beside the form: each column with its choice, and the facts of the sheet."""
        proposals = mapping.proposals_of(self.header, self.outline) if self.header else []
        sent = "confirm" in self.given
        return {
            "outline": self.outline,
            "several": len(self.sheets) > 1,
            "proposals": [(p, self.given.get(f"field-{p.column.letter}", "") if sent else p.field) for p in proposals],
            "choices": list(columns.LABELS.items()),
            "twice": "、".join(c.letter for c in columns.column_twice(self.header.everything())) if self.header else "",
            "unsure": sum(1 for p in proposals if not p.field and p.guess),
            "hidden_numbers": [row + 1 for row in self.outline["hidden_rows"][:12]],
            "hidden_letters": [columns.letter_of(place) for place in self.outline["hidden_columns"][:12]],
            "data_row": self.header.first + 1 if self.header else 0,
        }


def _sheet_label(sheet: dict[str, Any]) -> str:
    label = __("%(name)s（%(rows)d 行）") % {"name": sheet["name"], "rows": sheet["height"]}
    return label if sheet["visible"] else __("%(label)s，隐藏的工作表") % {"label": label}
