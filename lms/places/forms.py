"""Form fields and forms of places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.places import rules, selectors
from lms.places.models import Division, Organisation, OrganisationKind, Tier
from lms.places.widgets import DivisionInput


class DivisionField(forms.CharField):
    """A division by code (``530621``, ``530621 云南省昭通市鲁甸县``) or by a name that fits exactly one. Cleans to a ``Division``.

    ``actor``/``roles`` narrow to what somebody reaches; ``levels``, ``within`` and ``on`` as in ``search_divisions``. They may be
    set on the field after the form is made: ``form.fields["division"].actor = request.actor``.
    """

    widget = DivisionInput

    def __init__(
        self,
        *,
        within: Division | None = None,
        levels: Iterable[int] | None = None,
        on: dt.date | None = None,
        actor: Actor | None = None,
        roles: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(max_length=220, **kwargs)
        self.within, self.levels, self.on = within, tuple(levels) if levels is not None else None, on
        self.actor, self.roles = actor, tuple(roles)
        self._tell_widget()

    def _tell_widget(self) -> None:
        self.widget.within = self.within.code if self.within is not None else ""
        self.widget.levels = self.levels or ()
        self.widget.on = self.on.isoformat() if self.on is not None else ""

    def narrow(self, *, actor: Actor, roles: Iterable[str] = (), within: Division | None = None) -> None:
        """Narrow to what ``actor`` reaches with ``roles``; suggestions too."""
        self.actor, self.roles = actor, tuple(roles)
        self.within = within if within is not None else selectors.home_of(actor, *self.roles)
        self._tell_widget()

    def prepare_value(self, value: Any) -> Any:
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._division(text) if text else None

    def _division(self, text: str) -> Division:
        first = text.split()[0]
        try:
            found = selectors.division_by_code(first, on=self.on) if first.isdigit() else self._by_name(text)
        except BadInput as error:
            raise ValidationError(str(error)) from None
        outside = self.within is not None and not found.path.startswith(self.within.path)
        if outside or (self.actor is not None and not self.actor.covers(found.path, *self.roles)):
            raise ValidationError(_("这个行政区划不在您的管理范围内。"))
        if self.levels is not None and found.level not in self.levels:
            raise ValidationError(_("请选择其他级别的行政区划。"))
        return found

    def _by_name(self, text: str) -> Division:
        found = selectors.search_divisions(text, within=self.within, levels=self.levels, on=self.on, limit=6)
        exact = [d for d in found if text in (d.name, d.full_name)]
        named = [d for d in found if text in d.name]
        candidates = exact or named or found
        if not candidates:
            raise ValidationError(_("没有找到“%(text)s”，请输入代码或更完整的名称。"), params={"text": text})
        if len(candidates) > 1:
            names = "、".join(f"{d.full_name}（{d.code}）" for d in candidates[:5])
            raise ValidationError(_("有多个行政区划符合：%(names)s。请输入其中一个的代码。"), params={"names": names})
        return candidates[0]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("机构名称"), max_length=120)
    kind = forms.ChoiceField(label=_("类型"), choices=OrganisationKind.choices)
    division = DivisionField(label=_("所在行政区划"))
    credit_code = forms.CharField(label=_("统一社会信用代码"), required=False, max_length=30)
    credit_code_override_reason = forms.CharField(
        label=_("校验位不符的理由"), required=False, max_length=200, help_text=_("仅当代码确属登记机关早期发放、校验位不符时填写。")
    )
    founded_on = forms.DateField(label=_("成立日期"), required=False, widget=DayInput)

    def clean_name(self) -> str:
        return rules.clean_name(self.cleaned_data["name"])


class StationForm(forms.Form):
    name = forms.CharField(label=_("社工站名称"), max_length=120)
    tier = forms.TypedChoiceField(label=_("层级"), choices=Tier.choices, coerce=int)
    label = forms.CharField(label=_("当地称谓"), max_length=40, help_text=_("如社工总站、社工服务站、社工服务室。"))
    division = DivisionField(label=_("所在行政区划"))
    opened_on = forms.DateField(label=_("设立日期"), widget=DayInput)
    operator = forms.ModelChoiceField(label=_("运营方"), queryset=Organisation.objects.none(), required=False)


class ClosingForm(forms.Form):
    closed_on = forms.DateField(label=_("最后一天"), widget=DayInput)


class OperatorForm(forms.Form):
    organisation = forms.ModelChoiceField(label=_("运营方"), queryset=Organisation.objects.none())
    started_on = forms.DateField(label=_("开始日期"), widget=DayInput)
