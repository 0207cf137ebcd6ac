"""Signing up for a class: asking, the unit's answer, taking it back, quotas. Seats are counted under the class's lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courses.models import ClassEnrolment, ClassQuota, SignUp, TrainingClass
from courses.seating import Hindrance
from courses.selectors import signups as rows
from courses.services import seats
from courses.services.enrolment import Entry, enter, fill_seats
from courses.services.locks import check_live, locked_class
from courses.states import APPROVERS, SIGN_UP_OPEN, ClassState, EnrolmentState, SignUpState
from lms.accounts.roles import OFFICE
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division
from lms.programmes.models import Category


@dataclass(frozen=True, slots=True)
class Share:
    """Seats for one division, of one category or of any."""

    division: Division
    seats: int
    category: Category | None = None


def set_quotas(*, training_class: TrainingClass, shares: Sequence[Share], by: Actor) -> list[ClassQuota]:
    """Divide the seats of a live class anew; whoever waited for a share that grew moves up. The same again changes nothing.

    Refuses a share given twice and shares that exceed the class's seats. Nobody who has a seat loses it.
    """
    wanted = {(share.division.pk, share.category.pk if share.category else None): share for share in shares}
    if len(wanted) != len(shares):
        raise BadInput(_("同一地区、同一类别只能填一个名额数。"))
    with transaction.atomic():
        found = locked_class(training_class, by)
        check_live(found)
        whole = sum(share.seats for share in shares if share.category is None)
        if found.capacity is not None and whole > found.capacity:
            raise Refused(_("各地名额合计 %(sum)d 人，超过班次名额 %(capacity)d 人。") % {"sum": whole, "capacity": found.capacity})
        standing = {(row.division_id, row.category_id): row for row in found.quotas.all()}
        changed = {key: share.seats for key, share in wanted.items()} != {key: row.seats for key, row in standing.items()}
        if changed:
            found.quotas.exclude(pk__in=[row.pk for key, row in standing.items() if key in wanted]).delete()
            for key, share in wanted.items():
                row = standing.get(key) or ClassQuota(training_class=found, division=share.division, category=share.category)
                row.seats = share.seats
                row.save()
            audit.record(
                "courses.class.quotas_set",
                found,
                by=by,
                division_path=found.division.path,
                shares=[[share.division.code, share.category.code if share.category else "", share.seats] for share in shares],
            )
            fill_seats(found, by)
        return list(found.quotas.select_related("division", "category"))


def sign_up(
    *, training_class: TrainingClass, person: Person, category: Category | None = None, note: str = "", by: Actor
) -> SignUp:
    """Ask for a seat of one's own: held while the unit decides, given at once where no approval is asked, else a place in line.

    Asking twice is once; who was declined or took it back asks anew at the end of the line. Refuses outside the window, a
    category the class does not offer, and somebody already in the class. A class not offered to the learner is missing.
    """
    if person.user_id is None or by.user_id != person.user_id:
        raise Missing(_("没有这个班次。"))
    with transaction.atomic():
        found = seats.lock(training_class)
        if not rows.offered_to(person).filter(pk=found.pk).exists():
            raise Missing(_("没有这个班次。"))
        ids = people.ids_of(person)
        standing = found.sign_ups.filter(person_id__in=ids).select_related("division").first()
        if standing is not None and standing.state in (*SIGN_UP_OPEN, SignUpState.ACCEPTED):
            return standing
        if found.enrolments.filter(person_id__in=ids).exclude(state=EnrolmentState.WITHDRAWN).exists():
            raise Refused(_("您已在这个班，不用再报名。"))
        _check_window(found)
        offered = list(found.categories.all())
        if offered and category not in offered:
            raise BadInput(_("请从本班的对象类别中选一个。"))
        asked = standing or SignUp(training_class=found, person=person, version=0)
        asked.training_class = found
        asked.category = category or found.category
        asked.division, asked.organisation = person.division, person.organisation
        asked.number = (found.sign_ups.aggregate(last=Max("number"))["last"] or 0) + 1
        asked.note, asked.reply, asked.asked_at = note.strip()[:200], "", clock.now()
        asked.approved_at = asked.approved_by = asked.closed_at = asked.closed_by = asked.seat_at = None
        asked.version += 1
        enters = False
        if seats.hindrance_of(found, asked) is not None:
            asked.state = SignUpState.WAITING
        else:
            asked.seat_at = clock.now()
            if found.needs_approval:
                asked.state = SignUpState.APPLIED
            else:
                seats.close(asked, SignUpState.ACCEPTED, by)
                enters = True
        asked.save()
        audit.record("courses.sign_up.made", asked, by=by, division_path=asked.division.path, state=str(asked.state))
        if enters:
            _enter(asked, by)
    return asked


def _check_window(training_class: TrainingClass) -> None:
    now = clock.now()
    opens, closes = training_class.sign_up_opens_at, training_class.sign_up_closes_at
    if training_class.state != ClassState.OPEN or opens is None or closes is None or now >= closes:
        raise Refused(_("本班报名已截止。"))
    if now < opens:
        raise Refused(_("本班还没有开始报名。"))


def _enter(sign_up: SignUp, by: Actor) -> ClassEnrolment:
    entry = Entry(sign_up.person, sign_up.category, sign_up.division, sign_up.organisation)
    return enter(sign_up.training_class, [entry], come_back=True, over=True, by=by)[0]


def _locked(sign_up: SignUp) -> SignUp:
    """The request under the lock of its class, fresh."""
    training_class = seats.lock(sign_up.training_class)
    found = SignUp.objects.select_related("person__user", "person__division", "division", "organisation", "category").get(
        pk=sign_up.pk
    )
    found.training_class = training_class
    return found


def check_may_decide(sign_up: SignUp, by: Actor) -> None:
    """A role held in the learner's division answers for the unit, or whoever runs the class. Nobody decides on oneself."""
    here = by.covers(sign_up.division.path, *APPROVERS)
    if not here and not by.covers(sign_up.training_class.division.path, *OFFICE):
        raise Missing(_("没有这份报名。"))
    if sign_up.person.user_id is not None and sign_up.person.user_id == by.user_id:
        raise Refused(_("不能审核自己的报名。"))


def approve_sign_up(*, sign_up: SignUp, by: Actor) -> SignUp:
    """The unit agrees. Who holds a seat is in the class; who waits keeps their place. Approving twice is once."""
    with transaction.atomic():
        found = _locked(sign_up)
        check_may_decide(found, by)
        if found.approved_at is not None or found.state == SignUpState.ACCEPTED:
            return found
        check_live(found.training_class)
        if found.state not in SIGN_UP_OPEN:
            raise Refused(_("这份报名%(state)s，不能再审核。") % {"state": found.get_state_display()})
        found.approved_at, found.approved_by = clock.now(), by.uuid
        enters = found.state == SignUpState.APPLIED
        if enters:
            seats.close(found, SignUpState.ACCEPTED, by)
        found.save(update_fields=["approved_at", "approved_by", "state", "closed_at", "closed_by"])
        audit.record("courses.sign_up.approved", found, by=by, division_path=found.division.path)
        seats.tell(found, "class.sign_up_approved", by)
        if enters:
            _enter(found, by)
    return found


def decline_sign_up(*, sign_up: SignUp, reason: str, by: Actor) -> SignUp:
    """The unit does not agree, with a reason; the seat goes to the next in line. Declining twice is once."""
    if not reason.strip():
        raise BadInput(_("请写明不通过的原因。"))
    with transaction.atomic():
        found = _locked(sign_up)
        check_may_decide(found, by)
        if found.state == SignUpState.DECLINED:
            return found
        if found.state not in SIGN_UP_OPEN:
            raise Refused(_("这份报名%(state)s，不能再审核。") % {"state": found.get_state_display()})
        found.reply = reason.strip()[:200]
        seats.close(found, SignUpState.DECLINED, by)
        found.save(update_fields=["state", "reply", "closed_at", "closed_by"])
        audit.record("courses.sign_up.declined", found, by=by, division_path=found.division.path)
        seats.tell(found, "class.sign_up_declined", by)
        fill_seats(found.training_class, by)
    return found


def withdraw_sign_up(*, sign_up: SignUp, by: Actor) -> SignUp:
    """A learner takes back one's own request before it led into the class. Twice is once."""
    with transaction.atomic():
        found = _locked(sign_up)
        if found.person.user_id is None or found.person.user_id != by.user_id:
            raise Missing(_("没有这份报名。"))
        if found.state == SignUpState.WITHDRAWN:
            return found
        if found.state not in SIGN_UP_OPEN:
            raise Refused(_("这份报名%(state)s，不能取消。") % {"state": found.get_state_display()})
        seats.close(found, SignUpState.WITHDRAWN, by)
        found.save(update_fields=["state", "closed_at", "closed_by"])
        audit.record("courses.sign_up.withdrawn", found, by=by, division_path=found.division.path)
        fill_seats(found.training_class, by)
    return found


def hindrance_sentence(found: Hindrance) -> str:
    """Why somebody waits, in words."""
    return {
        Hindrance.FULL: _("名额已满"),
        Hindrance.QUOTA: _("分给本地（或本类别）的名额已满"),
        Hindrance.NONE_GIVEN: _("本地没有分到名额"),
    }[found]
