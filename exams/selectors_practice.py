"""What a learner may practise: chapters with live items, the wrong-answer book, favourites, papers by use."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from exams import laws
from exams.learning_selectors import told_attempts
from exams.models import (
    Favourite,
    Item,
    ItemVersion,
    Paper,
    PaperItem,
    PracticeAnswer,
    PracticeRound,
    Response,
    ReviewCard,
    SyllabusChapter,
    WrongEntry,
)
from exams.practised import Practised, practised_all
from exams.selectors import drawable_banks
from exams.sitting_states import SittingState
from exams.states import FROZEN_VERSIONS, PRACTISED_KINDS, ItemKind, PaperState, VersionState
from lms.careers.states import Subject
from lms.core import clock
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class ChapterOnOffer:
    chapter: SyllabusChapter
    items: int


@dataclass(frozen=True, slots=True)
class SubjectOnOffer:
    """One subject of an edition with its chapters that hold items."""

    label: str
    edition: str
    chapters: Sequence[ChapterOnOffer]


def practisable(person: Person) -> QuerySet[ItemVersion]:
    """Live items of banks that reach the learner, true of today's law, without those of a paper kept for a sitting.

    A case stands for its questions: they are asked one by one under its material, so they rest when it does: while it is out
    of use, kept for a sitting, or one of its questions is stale.
    """
    kept = PaperItem.objects.filter(paper__reserved_at__isnull=False).exclude(paper__state=PaperState.RETIRED)
    stale, kept_cases = laws.stale_items(), kept.filter(case_version__isnull=False)
    cases = Item.objects.filter(versions__state=VersionState.LIVE, versions__kind=ItemKind.CASE)
    cases = cases.exclude(pk__in=stale).exclude(pk__in=kept_cases.values("case_version__item_id"))
    rows = ItemVersion.objects.filter(
        Q(item__case__isnull=True) | Q(item__case__in=cases),
        state=VersionState.LIVE,
        kind__in=PRACTISED_KINDS,
        item__bank__in=drawable_banks(person.division.path),
    )
    return rows.exclude(item__in=stale).exclude(item__in=kept.values("item_version__item_id"))


def _at_chapters(rows: QuerySet[ItemVersion]) -> dict[int, int]:
    """Chapter → how many of the versions belong to it; a question belongs where its case does."""
    counts = Counter[int]()
    for route, alone in (("item__placements", True), ("item__case__placements", False)):
        placed = rows.filter(item__case__isnull=alone).order_by().values_list(f"{route}__chapter_id")
        counts.update({chapter: number for chapter, number in placed.annotate(n=Count("item", distinct=True)) if chapter})
    return counts


def subjects_on_offer(person: Person) -> list[SubjectOnOffer]:
    """Chapters of the editions in force with how many items each holds: three queries."""
    year = clock.today().year
    in_force = Q(syllabus_subject__edition__first_sitting__lte=year) & (
        Q(syllabus_subject__edition__last_sitting__isnull=True) | Q(syllabus_subject__edition__last_sitting__gte=year)
    )
    counts = _at_chapters(practisable(person))
    found: dict[tuple[str, str], list[ChapterOnOffer]] = {}
    chapters = SyllabusChapter.objects.filter(in_force, pk__in=counts).select_related("syllabus_subject__edition")
    for chapter in chapters.order_by("syllabus_subject", "number"):
        key = (str(Subject(chapter.syllabus_subject.subject).label), chapter.syllabus_subject.edition.code)
        found.setdefault(key, []).append(ChapterOnOffer(chapter, counts[chapter.pk]))
    return [SubjectOnOffer(label, edition, chapters_) for (label, edition), chapters_ in found.items()]


def chapter_items(person: Person, chapter_uuid: uuid.UUID) -> tuple[SyllabusChapter, QuerySet[ItemVersion]]:
    chapter = SyllabusChapter.objects.filter(uuid=chapter_uuid).first()
    if chapter is None:
        raise Missing(_("没有找到。"))
    inside = Item.objects.filter(Q(placements__chapter=chapter) | Q(case__placements__chapter=chapter))
    return chapter, practisable(person).filter(item__in=inside).select_related("item__case")


def wrong_book(person: Person) -> QuerySet[WrongEntry]:
    """What stands in the book of a human being, the newest mistake first."""
    rows = WrongEntry.objects.filter(person_id__in=people.ids_of(person), removed_at__isnull=True)
    return rows.select_related("item").order_by("-last_wrong_at", "-pk")


def favourites(person: Person) -> QuerySet[Favourite]:
    return Favourite.objects.filter(person_id__in=people.ids_of(person)).select_related("item").order_by("-kept_at", "-pk")


def kept_items(person: Person) -> frozenset[uuid.UUID]:
    """The items a human being keeps."""
    return frozenset(Favourite.objects.filter(person_id__in=people.ids_of(person)).values_list("item__uuid", flat=True))


def wording(items: Sequence[Item]) -> dict[int, ItemVersion]:
    """Item → the version to show: the live one, or the last that was."""
    rows = ItemVersion.objects.filter(item__in=items, state__in=FROZEN_VERSIONS).select_related("item__case")
    return {version.item_id: version for version in rows.order_by("number")}


def readable(items: Sequence[Item]) -> dict[int, Practised]:
    """Item → its wording, key and material, to be read over. At most five queries."""
    texts = wording(items)
    cases = wording([version.item.case for version in texts.values() if version.item.case])
    return practised_all(list(texts.values()), cases)


def round_of(person: Person, round_uuid: uuid.UUID) -> PracticeRound:
    found = (
        PracticeRound.objects.filter(uuid=round_uuid, person_id__in=people.ids_of(person))
        .select_related("person", "chapter")
        .first()
    )
    if found is None:
        raise Missing(_("没有找到。"))
    return found


def open_round(person: Person) -> PracticeRound | None:
    return PracticeRound.objects.filter(person=person, finished_at__isnull=True).select_related("chapter").first()


def item_seen(person: Person, item_uuid: uuid.UUID) -> Item:
    """An item the learner may keep: one that can be practised, or that they met: in a book of theirs, in a round or a review, or
    in an attempt whose keys they were shown."""
    ids = people.ids_of(person)
    met = Response.objects.filter(attempt__in=told_attempts(), attempt__person_id__in=ids, attempt__paper__shows_keys=True)
    seen = (
        Q(versions__in=practisable(person).values("pk"))
        | Q(pk__in=WrongEntry.objects.filter(person_id__in=ids).values("item_id"))
        | Q(pk__in=Favourite.objects.filter(person_id__in=ids).values("item_id"))
        | Q(pk__in=ReviewCard.objects.filter(person_id__in=ids).values("item_id"))
        | Q(pk__in=met.values("item_version__item_id"))
        | Q(pk__in=PracticeAnswer.objects.filter(round__person_id__in=ids).values("item_version__item_id"))
    )
    found = Item.objects.filter(seen, uuid=item_uuid).distinct().first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found


def past_papers() -> QuerySet[Paper]:
    """Papers that were set in a sitting whose results are out (往期试卷)."""
    return Paper.objects.filter(sitting_papers__sitting__state=SittingState.RELEASED).distinct()
