"""The register of trainers: who is in it, hours taught from the ledger, what learners say once it can be said."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from courses import rules
from courses.models import Attendance, ClassEnrolment, CourseSession, Feedback, TrainerProfile, TrainingClass
from courses.states import ClassState, SessionState
from lms.accounts.roles import OFFICE
from lms.careers.models import Designation
from lms.careers.states import DesignationKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.rules import upwards


def designations() -> QuerySet[Designation]:
    """Standing designations as trainer that have not ended."""
    today = clock.today()
    return Designation.objects.filter(kind=DesignationKind.TRAINER, voided_at__isnull=True, designated_on__lte=today).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=today)
    )


def _within_reach(actor: Actor) -> Q:
    """Trainers registered in one's divisions or above them: the prefecture's teach in its counties too."""
    above = {step for path in actor.paths(*OFFICE) for step in upwards(path)}
    return actor.q("division__path", *OFFICE) | Q(division__path__in=above)


def trainers_in(actor: Actor) -> QuerySet[Person]:
    """People in the registers within reach, by name."""
    mine = designations().filter(_within_reach(actor), person=OuterRef("pk"))
    return (
        Person.objects.filter(Exists(mine), erased_at__isnull=True)
        .select_related("division", "organisation", "trainer_profile")
        .order_by("pinyin", "pk")
    )


def reachable(actor: Actor) -> QuerySet[Person]:
    """Who may be put down as trainer of a half-day: one's own people, and the registers within reach."""
    registered = designations().filter(_within_reach(actor)).values("person_id")
    return Person.objects.filter(actor.q("division__path", *OFFICE) | Q(pk__in=registered), erased_at__isnull=True)


def trainer_in(actor: Actor, person_uuid: uuid.UUID) -> Person:
    found = trainers_in(actor).filter(uuid=person_uuid).first()
    if found is None:
        raise Missing(_("没有这位讲师。"))
    return found


def may_keep(actor: Actor, person: Person) -> bool:
    """Whoever runs the office of a division where the trainer is registered keeps the entry."""
    return designations().filter(actor.q("division__path", *OFFICE), person=person).exists()


@dataclass(frozen=True, slots=True)
class Taught:
    """What one has taught: standing lines of the ledger, summed."""

    sessions: int = 0
    minutes: int = 0

    @property
    def hours(self) -> Decimal:
        """Hours of the clock."""
        return (Decimal(self.minutes) / 60).quantize(Decimal("0.1"))


def taught(persons: Iterable[Person], *, start: dt.date | None = None, end: dt.date | None = None) -> dict[int, Taught]:
    """Half-days and minutes taught by each, all merged records together. Constant queries."""
    wanted = [person.pk for person in persons]
    canonical = people.canonical_ids()
    group: dict[int, int] = {}
    for pk in wanted:
        top = canonical.get(pk, pk)
        group |= {other: pk for other in {pk, top, *(one for one, kept in canonical.items() if kept == top)}}
    lines = Line.objects.standing().filter(kind=Kind.TAUGHT, person_id__in=group).posted(start, end).order_by()
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pk, sessions, minutes in lines.values_list("person_id").annotate(n=Count("pk"), m=Sum("minutes")):
        sums[group[pk]][0] += sessions
        sums[group[pk]][1] += minutes or 0
    return {pk: Taught(*sums[pk]) if pk in sums else Taught() for pk in wanted}


def sessions_taught(person: Person) -> QuerySet[CourseSession]:
    """Half-days held that one taught, newest first."""
    ids = people.ids_of(person)
    held = CourseSession.objects.filter(Q(trainer_id__in=ids) | Q(other_trainers__in=ids), state=SessionState.HELD)
    return held.select_related("training_class__division").distinct().order_by("-starts_at", "-pk")


def sessions_ahead(person: Person) -> QuerySet[CourseSession]:
    """Half-days one is put down to teach from today on, the next first."""
    ids = people.ids_of(person)
    mine = CourseSession.objects.filter(Q(trainer_id__in=ids) | Q(other_trainers__in=ids), state=SessionState.PLANNED)
    ahead = mine.filter(day__gte=clock.today())
    return ahead.select_related("training_class__division").distinct().order_by("starts_at", "pk")


def trainers_heard(enrolment: ClassEnrolment) -> list[Person]:
    """Trainers of the held half-days in which a learner was present."""
    here = Attendance.objects.filter(enrolment=enrolment, minutes__gt=0, session__state=SessionState.HELD).values("session_id")
    lead = Q(sessions_taught__in=here)
    return list(Person.objects.filter(lead | Q(sessions_taught_with__in=here)).distinct().order_by("pk"))


@dataclass(frozen=True, slots=True)
class Opinion:
    """What learners of one class say of one trainer. ``answers`` alone is told before it may be shown."""

    training_class: TrainingClass
    answers: int
    shown: bool
    useful: Decimal | None = None
    clear: Decimal | None = None
    words: list[str] = field(default_factory=list)


def opinions_of(person: Person) -> list[Opinion]:
    """Feedback class by class, newest first. Marks and words only where enough answered and the class closed a while ago."""
    ids = people.ids_of(person)
    rows = list(
        Feedback.objects.filter(trainer_id__in=ids)
        .order_by()
        .values_list("training_class_id")
        .annotate(n=Count("pk"), u=Avg("useful"), c=Avg("clear"))
    )
    classes = TrainingClass.objects.in_bulk([row[0] for row in rows])
    words: dict[int, list[str]] = defaultdict(list)
    for class_id, text in Feedback.objects.filter(trainer_id__in=ids).exclude(words="").values_list("training_class_id", "words"):
        words[class_id].append(text)
    found = []
    for class_id, answers, useful, clear in rows:
        training_class = classes[class_id]
        if may_be_shown(training_class, answers):
            found.append(Opinion(training_class, answers, True, _tenth(useful), _tenth(clear), words[class_id]))
        else:
            found.append(Opinion(training_class, answers, False))
    return sorted(found, key=lambda one: (one.training_class.starts_on, one.training_class.pk), reverse=True)


def may_be_shown(training_class: TrainingClass, answers: int) -> bool:
    closed = training_class.closed_at
    over = training_class.state == ClassState.HELD and closed is not None and clock.now() > closed + rules.FEEDBACK_OPEN
    return over and answers >= rules.FEEDBACK_MINIMUM


def _tenth(mean: float) -> Decimal:
    return Decimal(str(mean)).quantize(Decimal("0.1"))


def marks_of(persons: Iterable[Person]) -> dict[int, tuple[int, Decimal]]:
    """Answers and mean mark of each over the classes that may be shown. One query."""
    limit = clock.now() - rules.FEEDBACK_OPEN
    rows = (
        Feedback.objects.filter(
            trainer__in=list(persons), training_class__state=ClassState.HELD, training_class__closed_at__lt=limit
        )
        .order_by()
        .values_list("trainer_id", "training_class_id")
        .annotate(n=Count("pk"), u=Sum("useful"), c=Sum("clear"))
    )
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pk, _class, answers, useful, clear in rows:
        if answers >= rules.FEEDBACK_MINIMUM:
            sums[pk][0] += answers
            sums[pk][1] += useful + clear
    return {pk: (n, (Decimal(total) / (2 * n)).quantize(Decimal("0.1"))) for pk, (n, total) in sums.items()}


def profile_of(person: Person) -> TrainerProfile | None:
    found: TrainerProfile | None = getattr(person, "trainer_profile", None)
    return found


def designations_of(person: Person) -> QuerySet[Designation]:
    return designations().filter(person_id__in=people.ids_of(person)).select_related("division", "organisation")
