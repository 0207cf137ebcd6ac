"""Forms of items coming in and going out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from exams.exchange.formats import FORMATS
from exams.services.exchange import MOST_BYTES

READABLE = [("", _("自动识别")), *((one.code, one.label) for one in FORMATS.values() if one.code not in {"qti21", "qti30"})]


class ImportForm(forms.Form):
    """A file, or pasted text; one of the two."""

    file = forms.FileField(
        label=_("文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.docx,.txt,.gift,.xml,.zip,.md"}),
        help_text=_("Excel 模板、Word（.docx）、纯文本、GIFT、Moodle XML、Aiken、QTI；不超过 20 MB。"),
    )
    text = forms.CharField(
        label=_("或粘贴文字"),
        required=False,
        strip=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 8, "placeholder": "1. …（　　）\nA. …\nB. …\nC. …\nD. …\n答案：C\n解析：…"}),
    )
    format = forms.ChoiceField(label=_("格式"), required=False, choices=READABLE)
    source = forms.CharField(label=_("来源"), max_length=200, initial=_("自编"), help_text=_("文件里没有写来源的题用它。"))

    field_order = ("file", "text", "format", "source")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), (cleaned.get("text") or "").strip()
        if not file and not text and "file" not in self.errors:
            self.add_error("file", _now("请选择文件，或粘贴文字。"))
        elif file and text:
            self.add_error("text", _now("文件和粘贴的文字只能用一种。"))
        elif file and file.size > MOST_BYTES:
            self.add_error("file", _now("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_BYTES // 1024 // 1024})
        return cleaned

    def content(self) -> dict[str, Any]:
        """Arguments of ``services.upload_items``."""
        file = self.cleaned_data["file"]
        raw = file.read() if file else self.cleaned_data["text"].encode()
        return {
            "raw": raw,
            "name": file.name if file else _now("粘贴的文字"),
            "code": self.cleaned_data["format"],
            "source": self.cleaned_data["source"],
        }


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("格式"), choices=[(one.code, one.label) for one in FORMATS.values()], widget=forms.RadioSelect
    )
