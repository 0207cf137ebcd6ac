"""An item asked on its own, outside any paper: in practice, in the wrong-answer book, among favourites, in a review.

What is right is what is right today: the key with its corrections. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Prefetch, prefetch_related_objects

from exams import corrections, laws, rules
from exams.models import ItemCitation, ItemVersion, Response
from exams.questions import Asked, ItemResult, Material, OptionResult, Question, specimen


@dataclass(frozen=True, slots=True)
class Practised:
    """A version with its question as a candidate sees it, the answer so far, and what was right.

    ``changes`` say which law it rests on has changed since: then what is said here may not be what is right now.
    """

    version: ItemVersion
    question: Question
    asked: Asked
    result: ItemResult
    changes: Sequence[laws.Change]

    @property
    def key_question(self) -> Question:
        """The question with what is right today and nothing a reader has read above it."""
        key = self.result.right_keys[0]
        return replace(self.question, stem="", case=None, keys=key.letters, accepted=tuple(self.result.accepted))


def practised(version: ItemVersion, answer: Sequence[str] = (), *, number: int = 1, case: ItemVersion | None = None) -> Practised:
    """One version with an answer to it; ``case`` is the material it is asked under."""
    _with_texts([version])
    return _practised(version, answer, number, case, corrections.of_versions([version.pk]))


def practised_all(versions: Sequence[ItemVersion], cases: Mapping[int, ItemVersion]) -> dict[int, Practised]:
    """Item → as it is read over, unanswered; ``cases`` by their items. Three queries, however many."""
    _with_texts(versions)
    standing = corrections.of_versions([version.pk for version in versions])
    return {version.item_id: _practised(version, (), 1, cases.get(version.item.case_id or 0), standing) for version in versions}


def _with_texts(versions: Sequence[ItemVersion]) -> None:
    cited = ItemCitation.objects.select_related("article__policy").prefetch_related("article__texts")
    prefetch_related_objects(list(versions), Prefetch("citations", cited))


def _practised(
    version: ItemVersion,
    answer: Sequence[str],
    number: int,
    case: ItemVersion | None,
    standing: Mapping[int, Sequence[corrections.Correction]],
) -> Practised:
    material = Material(case.pk, case.stem, tuple(case.exhibits)) if case else None
    bare = specimen(version.content, points=version.points)
    question = replace(bare, number=number, case=material, version_id=version.pk, version_uuid=version.uuid)
    over = standing.get(version.pk, [])
    chosen, keys = set(answer), corrections.keys_shown(frozenset(version.keys), over)
    response = Response(number=number, kind=version.kind, answer=list(answer))
    options = [OptionResult(letter, text, letter in keys, letter in chosen) for letter, text in question.options]
    texts = {letter: (letter, text) for letter, text in question.options}
    return Practised(
        version,
        question,
        Asked(question, response, [(letter, letter, text, letter in chosen) for letter, text in question.options]),
        ItemResult(question, response, options, texts, corrected=over),
        laws.changes(version),
    )


def right_today(version: ItemVersion, answer: Sequence[str]) -> bool:
    """Whether an answer is right in whole today: by the key, or by what corrects it."""
    standing = corrections.of_versions([version.pk]).get(version.pk, [])
    given = frozenset(answer) if version.kind in rules.CHOICE else answer
    return corrections.holds_today(version.kind, given, version.content.key, standing)


__all__ = ["Practised", "practised", "practised_all", "right_today"]
