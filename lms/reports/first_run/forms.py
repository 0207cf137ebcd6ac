"""What the first run asks."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from lms.accounts import rules as account_rules
from lms.core.errors import BadInput
from lms.places import rules as place_rules
from lms.places import selectors as places
from lms.places.forms import DivisionField
from lms.places.models import Level
from lms.reports.first_run import code as setup_code
from lms.reports.first_run.services import Answers, Opening

CATEGORIES = "\n".join(
    [
        "01 相关部门职能处室负责同志",
        "02 民政厅处室、厅属单位社工岗位人才",
        "03 市县民政局分管负责同志及业务骨干",
        "04 乡镇（街道）分管社工站建设的负责同志",
        "05 机构及乡镇（街道）的社会工作师",
    ]
)
MAX_ROWS = 20_000


def _username(label: Any, help_text: Any = "", required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=32, widget=widget)


class FirstRunForm(forms.Form):
    code = forms.CharField(label=_("安装码"), max_length=40, help_text=_("启动时显示在屏幕上，也在服务器上的 setup-code.txt 里。"))
    division = DivisionField(
        label=_("本系统服务的地区"),
        levels=[Level.PROVINCE, Level.PREFECTURE, Level.COUNTY],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("省、市或县的名称或代码，如“云南省”或“530000”。"),
    )
    system_admin = _username(_("系统管理员用户名"), _("维护系统和内容，不授予角色。三名管理员须由三个人担任。"))
    security_admin = _username(_("安全管理员用户名"), _("开通账号、授予和收回角色。"))
    auditor = _username(_("审计管理员用户名"), _("查看审计日志，不改任何资料。"))
    regional_admin = _username(_("地区管理员用户名"), _("办班、管人、出报表的第一人；也可以以后由安全管理员授予。"), required=False)
    issuer_name = forms.CharField(label=_("发证单位名称"), max_length=60, help_text=_("印在证书上，须与公章一致。"))
    issuer_code = forms.RegexField(
        r"^[0-9]{6}$",
        label=_("发证单位代码"),
        error_messages={"invalid": _("发证单位代码是六位数字。")},
        help_text=_("六位数字，是证书编号的开头，启用后不再更改。"),
    )
    categories = forms.CharField(
        label=_("对象类别"),
        required=False,
        initial=CATEGORIES,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("每行一个：代码、空格、名称。请按本地文件修改。"),
    )
    openings = forms.FileField(
        label=_("期初数（CSV）"),
        required=False,
        help_text=_("启用前已上报、没有名单的人次。四列：行政区划代码,月份（如202506）,人次,依据。"),
    )

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        if not setup_code.fits(typed):
            raise ValidationError(_("安装码不正确。"))
        return typed

    def _clean_username(self, name: str) -> str:
        typed: str = self.cleaned_data[name].strip().lower()
        if typed and not account_rules.is_username(typed):
            raise ValidationError(_("用户名应以字母开头，由3至32位字母、数字、点、横线组成。"))
        return typed

    def clean_system_admin(self) -> str:
        return self._clean_username("system_admin")

    def clean_security_admin(self) -> str:
        return self._clean_username("security_admin")

    def clean_auditor(self) -> str:
        return self._clean_username("auditor")

    def clean_regional_admin(self) -> str:
        return self._clean_username("regional_admin")

    def clean_issuer_name(self) -> str:
        return place_rules.clean_name(self.cleaned_data["issuer_name"])

    def clean_categories(self) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["categories"].splitlines(), start=1):
            if not line.strip():
                continue
            code, _blank, name = line.strip().replace("\u3000", " ").partition(" ")
            if not name.strip() or not re.fullmatch(r"[0-9A-Za-z_-]{1,32}", code):
                raise ValidationError(_("第%(number)d行应为“代码 名称”。"), params={"number": number})
            if code in found:
                raise ValidationError(_("代码“%(code)s”重复。"), params={"code": code})
            found[code] = name.strip()[:120]
        return list(found.items())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        names = [data.get(n) for n in ("system_admin", "security_admin", "auditor", "regional_admin")]
        given = [n for n in names if n]
        if len(set(given)) < len(given):
            raise ValidationError(_("各管理员的用户名须各不相同：系统、安全、审计须由三个人担任。"))
        upload, division = data.get("openings"), data.get("division")
        if upload and division:
            try:
                data["openings"] = read_openings(upload, division.path)
            except BadInput as error:
                self.add_error("openings", str(error))
        return data

    def answers(self) -> Answers:
        data = {name: value for name, value in self.cleaned_data.items() if name != "code"}
        return Answers(**{**data, "openings": data["openings"] or ()})


def read_openings(upload: UploadedFile, within: str) -> list[Opening]:
    """Rows of the CSV, every one examined before any is written. Refuses the file with the line of the first fault."""
    if (upload.size or 0) > 2 * 1024 * 1024:
        raise BadInput(_("期初数文件太大，应小于 2 MB。"))
    raw = upload.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadInput(_("读不出这个文件，请另存为 CSV（UTF-8）。"))
    found: list[Opening] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and not cells[0].isdigit()):
            continue
        if number > MAX_ROWS:
            raise BadInput(_("期初数最多%(rows)d行。") % {"rows": MAX_ROWS})
        found.append(_opening(number, cells, within))
    return found


def _opening(number: int, cells: list[str], within: str) -> Opening:
    fault = _("第%(number)d行：%(what)s")
    if len(cells) < 3 or not re.fullmatch(r"(19|20)[0-9]{2}(0[1-9]|1[0-2])", cells[1]) or not re.fullmatch(r"[0-9]{1,7}", cells[2]):
        raise BadInput(fault % {"number": number, "what": _("应为行政区划代码,月份（六位）,人次（整数）。")})
    try:
        division = places.division_by_code(cells[0])
    except BadInput as error:
        raise BadInput(fault % {"number": number, "what": error}) from None
    if not division.path.startswith(within):
        raise BadInput(fault % {"number": number, "what": _("不在本系统服务的地区内。")})
    source = cells[3] if len(cells) > 3 else ""
    return Opening(division=division, month=int(cells[1]), person_times=int(cells[2]), source=source)
