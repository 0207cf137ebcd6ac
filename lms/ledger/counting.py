"""Distinct human beings at every node, span and value of a dimension, over whole arrays. Pure; by test as ``folding.keys_of``."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lms.ledger.rules import age_band, spans_of
from lms.places.rules import upwards

if TYPE_CHECKING:
    import numpy as np

Count = tuple[str, str, str, str, int]  # node, span, dimension, code, distinct persons


@dataclass(slots=True)
class Coded:
    """A column as small numbers, each standing for one of few values."""

    numbers: dict[Any, int] = field(default_factory=dict)
    codes: array[int] = field(default_factory=lambda: array("q"))

    def add(self, value: Any) -> None:
        self.codes.append(self.numbers.setdefault(value, len(self.numbers)))

    def translated(self, names: list[Any]) -> tuple[np.ndarray, list[str]]:
        """The column after each value became its name: ``names`` in the order of the numbers; None leaves a row out (−1)."""
        import numpy as np

        index = {name: number for number, name in enumerate(dict.fromkeys(n for n in names if n is not None))}
        table = np.array([-1 if name is None else index[name] for name in names], dtype=np.int64)
        return table[np.frombuffer(self.codes, dtype=np.int64)], list(index)


def distinct_counts(rows: Iterable[tuple[Any, ...]]) -> Iterator[Count]:
    """Over units of one measure: person, path, month, mode, category, programme, sex, ethnic group, education, year of birth."""
    import numpy as np

    people = array("q")
    place, month = Coded(), Coded()
    dimensions = {name: Coded() for name in ("mode", "category", "programme", "sex", "ethnic", "education", "age")}
    mode, category, programme, sex, ethnic, education, age = dimensions.values()
    for person, path, yyyymm, *values, born in rows:
        people.append(person)
        place.add(path)
        month.add(yyyymm)
        for column, value in zip((mode, category, programme, sex, ethnic, education), values, strict=True):
            column.add(value)
        age.add((born, yyyymm // 100))
    if not people:
        return
    person = np.unique(np.frombuffer(people, dtype=np.int64), return_inverse=True)[1].astype(np.int64)
    nothing = (np.zeros(len(person), dtype=np.int64), [""])
    sides = {"": nothing, **{name: column.translated(_names(name, column)) for name, column in dimensions.items()}}
    chains = [upwards(path) for path in place.numbers]
    spans = [month.translated([spans_of(m)[length] for m in month.numbers]) for length in range(len(spans_of(190001)))]
    for depth in range(max(map(len, chains))):
        level = place.translated([chain[depth] if depth < len(chain) else None for chain in chains])
        for span in spans:
            for dimension, side in sides.items():
                yield from _counted(person, level, span, dimension, side)
    own = place.translated(list(place.numbers))
    for span in spans:
        yield from _counted(person, own, span, "own", nothing)


def _names(dimension: str, column: Coded) -> list[str]:
    if dimension == "age":
        return [age_band(born, year) for born, year in column.numbers]
    return [str(value) for value in column.numbers]


Column = tuple["np.ndarray", list[str]]


def _counted(person: np.ndarray, level: Column, span: Column, dimension: str, side: Column) -> Iterator[Count]:
    """Each pair of a key and a person once, then the pairs of each key."""
    import numpy as np

    (nodes, node_names), (spans, span_names), (codes, code_names) = level, span, side
    there = nodes >= 0
    keys = ((nodes * len(span_names) + spans) * len(code_names) + codes)[there]
    many = int(person.max()) + 1
    pairs = np.sort(keys * many + person[there])
    once = pairs[_changes(pairs)] // many
    begins = np.flatnonzero(_changes(once))
    counts = np.diff(begins, append=len(once))
    rest, code = np.divmod(once[begins], len(code_names))
    node, when = np.divmod(rest, len(span_names))
    for n, w, c, count in zip(node.tolist(), when.tolist(), code.tolist(), counts.tolist(), strict=True):
        yield node_names[n], span_names[w], dimension, code_names[c], count


def _changes(ordered: np.ndarray) -> np.ndarray:
    """Where a value is not the one before."""
    import numpy as np

    return np.concatenate(([True], ordered[1:] != ordered[:-1])) if len(ordered) else np.zeros(0, dtype=bool)
