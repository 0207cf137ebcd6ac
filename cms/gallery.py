"""Every component in every state on one page, for those who build pages. All names and figures on it are invented."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cms.icons import ICONS


class SampleForm(forms.Form):
    """Every kind of field. It is shown empty, filled and refused; it saves nothing."""

    name = forms.CharField(label=_("姓名"), max_length=50, help_text=_("与证件一致，少数民族姓名用“·”分隔。"))
    phone = forms.CharField(label=_("联系电话"), required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    born = forms.DateField(label=_("出生日期"), widget=forms.DateInput(attrs={"type": "date"}))
    level = forms.ChoiceField(label=_("报考级别"), choices=[("a", _("助理社会工作师")), ("b", _("社会工作师"))])
    mode = forms.ChoiceField(label=_("参训方式"), choices=[("online", _("线上")), ("offline", _("线下"))], widget=forms.RadioSelect)
    file = forms.FileField(label=_("名册"), required=False, help_text=_("Excel 或 CSV，不超过 5 MB。"))
    note = forms.CharField(label=_("备注"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label=_("我已阅读并同意处理上述信息"))


COUNTIES = [
    ("隆阳区", 9, "1,204", 655, "good", _("已签收")),
    ("施甸县", 5, "588", 341, "good", _("已签收")),
    ("龙陵县", 4, "421", 256, "warn", _("未报齐")),
    ("昌宁县", 4, "371", 225, "", _("待审核")),
]
FUNNEL = [(_("已参训"), 1927), (_("培养中"), 884), (_("具备报考资格"), 771), (_("已报考"), 520), (_("持证"), 412), (_("在岗"), 181)]


def gallery(request: HttpRequest) -> HttpResponse:
    refused = SampleForm({"name": "", "born": "2030-13-40", "level": "z", "mode": ""})
    refused.is_valid()
    frame = "cms/office.html" if request.GET.get("frame") == "office" else "cms/site.html"
    context = {
        "frame": frame,
        "form": SampleForm(),
        "refused": refused,
        "counties": COUNTIES,
        "funnel": [(label, number, round(100 * number / FUNNEL[0][1])) for label, number in FUNNEL],
        "icons": sorted(ICONS),
        "page_obj": Paginator(range(400), 20).get_page(request.GET.get("page", 7)),
        "notices": [
            ("good", _("已保存"), _("10:32:05 已存到服务器。")),
            ("info", _("统计口径"), _("每人每班达到出勤下限计 1 人次。")),
            ("warn", _("网络断开"), _("答案已存在本机，联网后自动交给服务器。计时照常。")),
            ("bad", _("名册没有导入"), _("第 12 行“身份证号”被 Excel 改成了 4.4E+17，请按文本格式重新填写。")),
        ],
    }
    return render(request, "cms/gallery.html", context)
