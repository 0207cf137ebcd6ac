"""The register of trainers as a workbook, with what each column means."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from courses import rules
from courses.selectors import trainers as rows
from lms.core import clock
from lms.core.workbooks import Column, Sheet, write_workbook
from lms.people.models import Person


def register_workbook(persons: Sequence[Person]) -> bytes:
    hours, marks = rows.taught(persons), rows.marks_of(persons)
    columns = [
        Column(_("姓名")),
        Column(_("地区"), 18),
        Column(_("单位"), 24),
        Column(_("职务"), 18),
        Column(_("授课方向"), 30),
        Column(_("授课半天数"), 12, _("台账里“授课”的行数，一个半天一行；冲销的不计。")),
        Column(_("授课小时"), 12, _("台账里“授课”的分钟数除以 60，是钟点小时，不是学时。")),
        Column(_("评价份数"), 12, _("已可公布的班次里学员评价的份数。")),
        Column(
            _("平均分"),
            12,
            _("内容实用、讲解清楚两项的平均，满分 5；每班不少于 %(least)d 份、结班满 7 天才计入。")
            % {"least": rules.FEEDBACK_MINIMUM},
        ),
    ]
    body = []
    for person in persons:
        profile, done, mark = rows.profile_of(person), hours[person.pk], marks.get(person.pk)
        body.append(
            [
                person.name,
                person.division.full_name or person.division.name,
                person.organisation.name if person.organisation else "",
                person.position_title,
                "、".join(profile.topics) if profile else "",
                done.sessions,
                done.hours,
                mark[0] if mark else None,
                mark[1] if mark else None,
            ]
        )
    notes = [_("截至 %(day)s，授课按台账统计。") % {"day": clock.today().isoformat()}]
    return write_workbook([Sheet(_("师资库"), columns, body, notes)])
