"""Writing a session record: draft, correction as a new version, and giving a draft up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.kinds import Mode
from lms.people.models import Person
from lms.places.models import Division
from lms.supervision import rules
from lms.supervision.models import Action, Agreement, Attendance, ContentTag, FollowUp, SupervisionSession
from lms.supervision.selectors import acts_for, person_ids
from lms.supervision.states import Form, Function, SessionStatus

TEXTS = ("topic", "linked_work", "discussion", "advice", "supervisor_reflection", "place")


def record_session(
    *,
    supervisor: Person,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    mode: str,
    form: str,
    functions: Sequence[str],
    topic: str,
    present: Sequence[tuple[Agreement, int]],
    absent: Sequence[tuple[Agreement, str]] = (),
    tags: Sequence[str] = (),
    place: str = "",
    linked_work: str = "",
    discussion: str = "",
    advice: str = "",
    supervisor_reflection: str = "",
    actions: Sequence[tuple[Person, str, dt.date | None]] = (),
    follow_ups: Sequence[tuple[Action, str, str]] = (),
    names_checked: bool = False,
    session: SupervisionSession | None = None,
    key: str | None = None,
    by: Actor,
) -> SupervisionSession:
    """Write a draft, or write ``session`` (a draft) anew. ``present`` pairs agreements with minutes, ``absent`` with a reason.

    Refuses: somebody else's record; identity numbers anywhere in the text; what looks like a client's name or telephone unless
    ``names_checked``; a time that overlaps another record of the supervisor or of somebody present; a signed record. The same
    ``key`` twice (a draft sent again after a lost connection) is one record.
    """
    _check_owner(by, supervisor)
    _check_times(starts_at, ends_at)
    texts = {"topic": topic, "linked_work": linked_work, "discussion": discussion, "advice": advice}
    texts |= {"supervisor_reflection": supervisor_reflection, "place": place}
    texts = {name: text.strip() for name, text in texts.items()}
    if not texts["topic"]:
        raise BadInput(_("请填写督导主题。"))
    check_privacy([*texts.values(), *(a[1] for a in actions), *(f[2] for f in follow_ups), *(a[1] for a in absent)], names_checked)
    _check_vocabulary(mode, form, functions)
    seats = _as_they_stand([*((a, minutes, "") for a, minutes in present), *((a, 0, why) for a, why in absent)])
    _check_seats(seats, supervisor, form, starts_at, ends_at)
    known_tags = list(ContentTag.objects.filter(code__in=set(tags)))
    if len(known_tags) != len(set(tags)):
        raise BadInput(_("督导内容里有不认识的选项，请重新选择。"))
    fields: dict[str, Any] = {
        "supervisor": supervisor,
        "division": _division_of([agreement for agreement, _minutes, _why in seats]),
        "programme": seats[0][0].participation.programme,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "mode": mode,
        "form": form,
        "functions": [f.value for f in Function if f.value in set(functions)],
        "changed_at": clock.now(),
        **texts,
    }
    try:
        with transaction.atomic():
            if session is not None:  # the record first, then its people, as signing does
                row = SupervisionSession.objects.select_for_update(no_key=True).get(pk=session.pk)
                if row.status != SessionStatus.DRAFT:
                    raise Refused(_("督导已经签字，记录不能再改；如需更正，请另起更正版。"))
            lock_people([supervisor, *(a.supervisee for a, _m, _w in seats)])
            if session is None:
                twice = SupervisionSession.objects.filter(key=key).first() if key else None
                if twice is not None:
                    return twice
                row = SupervisionSession(key=key, created_by=by.uuid)
            check_overlap(row, supervisor, [a.supervisee for a, m, _w in seats if m], starts_at, ends_at, drafts_too=True)
            for name, value in fields.items():
                setattr(row, name, value)
            row.save()
            row.tags.set(known_tags)
            _replace_parts(row, seats, actions, follow_ups)
            audit.record("supervision.session.recorded", row, by=by, division_path=row.division.path, version=row.version)
            return row
    except IntegrityError:
        if key and (found := SupervisionSession.objects.filter(key=key).first()):
            return found
        raise


def amend_session(*, session: SupervisionSession, reason: str, by: Actor) -> SupervisionSession:
    """Open the correction of a signed record: a draft copy that takes its place once signed. A second click finds the draft."""
    _check_owner(by, session.supervisor)
    if not reason.strip():
        raise BadInput(_("请写明更正原因。"))
    check_privacy([reason], names_checked=False)
    with transaction.atomic():
        old = SupervisionSession.objects.select_for_update(no_key=True).get(pk=session.pk)
        standing = old.amendments.exclude(status=SessionStatus.DISCARDED).first()
        if standing is not None:
            return standing
        if old.status != SessionStatus.SIGNED:
            raise Refused(_("只有已签字的记录才需要更正版。"))
        copied = ("supervisor", "division", "programme", "starts_at", "ends_at", "mode", "form", "functions", *TEXTS)
        new = SupervisionSession.objects.create(
            **{name: getattr(old, name) for name in copied},
            version=old.version + 1,
            amends=old,
            amend_reason=reason.strip()[:200],
            created_by=by.uuid,
        )
        new.tags.set(old.tags.all())
        _replace_parts(
            new,
            [(a.agreement, a.minutes, a.absent_reason) for a in old.attendances.select_related("agreement")],
            [(a.owner, a.text, a.due_on) for a in old.actions.select_related("owner")],
            [(f.action, f.result, f.note) for f in old.follow_ups.select_related("action")],
        )
        audit.record("supervision.session.amended", new, by=by, division_path=new.division.path, amends=old.uuid)
        return new


def discard_session(*, session: SupervisionSession, by: Actor) -> None:
    """Give a draft up. The row stays, its text does not."""
    _check_owner(by, session.supervisor)
    with transaction.atomic():
        row = SupervisionSession.objects.select_for_update(no_key=True).get(pk=session.pk)
        if row.status == SessionStatus.DISCARDED:
            return
        if row.status != SessionStatus.DRAFT:
            raise Refused(_("督导已经签字，记录不能放弃；如需更正，请另起更正版。"))
        row.status = SessionStatus.DISCARDED
        row.discussion = row.advice = row.supervisor_reflection = row.linked_work = ""
        row.save()
        audit.record("supervision.session.discarded", row, by=by, division_path=row.division.path)


# -- shared with signing ------------------------------------------------------------------------------------------------


def check_privacy(texts: Iterable[str], names_checked: bool) -> None:
    """Refuse identity numbers always; names and telephones until a human says that they are not a client's."""
    found = rules.client_identities(texts)
    if any(f.is_refused for f in found):
        shown = "、".join(f.shown for f in found if f.is_refused)
        raise Refused(_("文中有疑似身份证号（%(shown)s）。督导记录不保存任何人的证件号码，请删去后再保存。") % {"shown": shown})
    if found and not names_checked:
        raise PrivacyWarning(
            _(
                "文中有疑似服务对象的姓名或电话（%(shown)s）。请改用“案主A”之类的代称；若确认不是服务对象的信息，请勾选“已核对”后再保存。"
            )
            % {"shown": "、".join(f.shown for f in found)}
        )


class PrivacyWarning(Refused):
    """Text looks like a client's identity; may be confirmed by the writer."""


def lock_people(people: Iterable[Person]) -> None:
    """Lock every agreement these people stand in, in order: two records of one person's time cannot pass each other."""
    ids = {pk for person in people for pk in person_ids(person)}
    rows = (
        Agreement.objects.select_for_update(no_key=True).filter(Q(supervisor_id__in=ids) | Q(supervisee_id__in=ids)).order_by("pk")
    )
    list(rows.values_list("pk", flat=True))


def check_overlap(
    row: SupervisionSession,
    supervisor: Person,
    supervisees: Iterable[Person],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    *,
    drafts_too: bool,
) -> None:
    """Nobody is in two supervision meetings at once; a correction may of course stand where the corrected one stood."""
    at_once = SupervisionSession.objects.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exclude(pk=row.pk)
    if row.amends_id:
        at_once = at_once.exclude(pk=row.amends_id)
    if row.pk:
        at_once = at_once.exclude(amends_id=row.pk)
    own = [SessionStatus.SIGNED, SessionStatus.DRAFT] if drafts_too else [SessionStatus.SIGNED]
    mine = person_ids(supervisor)
    clash = at_once.filter(Q(supervisor_id__in=mine) | Q(attendances__supervisee_id__in=mine, attendances__minutes__gt=0))
    found = clash.filter(status__in=own).first()
    if found is not None:
        raise Refused(
            _("这段时间与您 %(when)s 的另一条督导记录重叠，请核对时间。")
            % {"when": timezone.localtime(found.starts_at).strftime("%m-%d %H:%M")}
        )
    for person in supervisees:
        ids = person_ids(person)
        busy = at_once.filter(status=SessionStatus.SIGNED).filter(
            Q(attendances__supervisee_id__in=ids, attendances__minutes__gt=0) | Q(supervisor_id__in=ids)
        )
        if busy.exists():
            raise Refused(_("%(name)s在这段时间已有另一条督导记录，请核对时间。") % {"name": person.name})


def _check_owner(by: Actor, supervisor: Person) -> None:
    if not acts_for(by, supervisor):
        raise Missing(_("没有这条督导记录。"))


def _check_times(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if ends_at <= starts_at:
        raise BadInput(_("结束时间必须晚于开始时间。"))
    if ends_at - starts_at > dt.timedelta(minutes=rules.LONGEST_MINUTES):
        raise BadInput(_("一次督导不能超过 12 小时，请核对起止时间。"))
    if starts_at > clock.now():
        raise BadInput(_("督导还没有开始，请在结束后记录。"))


def _check_vocabulary(mode: str, form: str, functions: Sequence[str]) -> None:
    if mode not in (Mode.FACE_TO_FACE, Mode.ONLINE, Mode.PHONE):
        raise BadInput(_("请选择督导方式：线下、线上或电话。"))
    if form not in Form.values:
        raise BadInput(_("请选择督导形式。"))
    if not functions or not set(functions) <= set(Function.values):
        raise BadInput(_("请至少选择一项督导职能。"))


def _check_seats(
    seats: Sequence[tuple[Agreement, int, str]], supervisor: Person, form: str, starts_at: dt.datetime, ends_at: dt.datetime
) -> None:
    if not any(minutes for _agreement, minutes, _why in seats):
        raise BadInput(_("请至少选择一名到场的被督导者。"))
    people = [agreement.supervisee_id for agreement, _minutes, _why in seats]
    if len(set(people)) != len(people):
        raise BadInput(_("同一名被督导者在名单里出现了两次。"))
    length = int((ends_at - starts_at).total_seconds()) // 60
    mine = person_ids(supervisor)
    for agreement, minutes, _why in seats:
        if agreement.supervisor_id not in mine:
            raise Missing(_("没有这份督导协议。"))
        if not agreement.covers(timezone.localdate(starts_at)):
            raise Refused(_("%(name)s的督导协议不在有效期内。") % {"name": agreement.supervisee.name})
        if minutes < 0 or minutes > length:
            facts = {"name": agreement.supervisee.name, "length": length}
            raise BadInput(_("%(name)s的时长超过了这次督导的时长（%(length)d 分钟）。") % facts)
    if len({agreement.participation.programme_id for agreement, _m, _w in seats}) > 1:
        raise Refused(_("一次督导的名单须属于同一个项目，请分开记录。"))
    if form == Form.INDIVIDUAL and len(seats) > 1:
        raise BadInput(_("个别督导只能有一名被督导者；多人请选“小组督导”。"))
    if form == Form.GROUP and len(seats) < 2:
        raise BadInput(_("小组督导至少要有两名被督导者；一人请选“个别督导”。"))


def _as_they_stand(seats: Sequence[tuple[Agreement, int, str]]) -> list[tuple[Agreement, int, str]]:
    """The agreements read anew: one that was ended meanwhile must not pass."""
    rows = Agreement.objects.select_related("supervisee", "division__parent", "participation__programme")
    found = rows.in_bulk([agreement.pk for agreement, _minutes, _why in seats])
    return [(found[agreement.pk], minutes, why) for agreement, minutes, why in seats]


def _division_of(agreements: Sequence[Agreement]) -> Division:
    paths = sorted({agreement.division.path for agreement in agreements})
    if len(paths) == 1:
        return agreements[0].division
    wanted = rules.narrowest_path(paths)
    lowest = agreements[0].division
    while lowest.parent is not None and lowest.path != wanted:
        lowest = lowest.parent
    return lowest


def _replace_parts(
    row: SupervisionSession,
    seats: Sequence[tuple[Agreement, int, str]],
    actions: Sequence[tuple[Person, str, dt.date | None]],
    follow_ups: Sequence[tuple[Action, str, str]],
) -> None:
    row.attendances.all().delete()
    row.actions.all().delete()
    row.follow_ups.all().delete()
    Attendance.objects.bulk_create(
        Attendance(
            session=row,
            agreement=agreement,
            supervisee=agreement.supervisee,
            division=agreement.division,
            minutes=minutes,
            absent_reason=why.strip()[:120],
        )
        for agreement, minutes, why in seats
    )
    people = {row.supervisor_id, *(agreement.supervisee_id for agreement, _m, _w in seats)}
    for owner, text, _due in actions:
        if owner.pk not in people:
            raise BadInput(_("行动计划的负责人须是督导或名单里的人。"))
        if not text.strip():
            raise BadInput(_("请写明要做的事。"))
    Action.objects.bulk_create(
        Action(session=row, owner=owner, text=text.strip()[:200], due_on=due_on) for owner, text, due_on in actions
    )
    for action, _result, _note in follow_ups:
        if action.session.supervisor_id != row.supervisor_id:
            raise Missing(_("没有这项行动计划。"))
    FollowUp.objects.bulk_create(
        FollowUp(session=row, action=action, result=result, note=note.strip()[:200]) for action, result, note in follow_ups
    )
