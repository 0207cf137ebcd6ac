"""Forms of certificates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates import rules
from lms.places.models import Organisation


class VerifyForm(forms.Form):
    number = forms.CharField(
        label=_("证书编号"), max_length=40, help_text=_("例如 530621-2026-0001-00001，横线可以省略。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("查验码"), max_length=20, help_text=_("印在编号下面的 10 位字母和数字，不分大小写。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_number(self) -> str:
        number = rules.parse_number(self.cleaned_data["number"])
        if number is None:
            raise forms.ValidationError(_("编号由 6 位、4 位、4 位、5 位四组数字组成，请核对。"))
        return str(number)

    def clean_code(self) -> str:
        code = rules.tidy_code(self.cleaned_data["code"])
        if len(code) != rules.CODE_LENGTH or not code.isalnum() or not code.isascii():
            raise forms.ValidationError(_("查验码是 10 位字母和数字，请核对。"))
        return code


class FileForm(forms.Form):
    MOST_BYTES = 5 * 1024 * 1024

    file = forms.FileField(
        label=_("证书 PDF 文件"), widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        help_text=_("文件只用来计算摘要，不会保存。"),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.MOST_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB，不是本系统签发的证书。"))
        return file


class SearchForm(forms.Form):
    q = forms.CharField(label=_("姓名、班名或编号"), required=False, max_length=60)
    status = forms.ChoiceField(
        label=_("状态"), required=False,
        choices=[("", _("全部")), ("valid", _("有效")), ("voided", _("已作废")), ("unprinted", _("待打印"))],
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("会写入审计记录，请勿填写姓名和证件号。"))


class IssuerForm(forms.Form):
    organisation = forms.ModelChoiceField(label=_("发证单位"), queryset=Organisation.objects.none())
    code = forms.RegexField(label=_("发证单位代码"), regex=r"^\d{6}$", max_length=6, help_text=_("六位数字，启用后不再更改。"))
    printed_name = forms.CharField(label=_("证书和印章上的单位名称"), max_length=60, required=False)
    contact = forms.CharField(label=_("咨询方式"), max_length=80, required=False, help_text=_("印在证书上，例如科室和办公电话。"))
    heading = forms.CharField(label=_("证书名称"), max_length=20, initial="结业证书")

    def __init__(self, *args: Any, organisations: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
