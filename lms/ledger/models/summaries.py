"""Summaries of the ledger: disposable, rebuilt by one command, equal to the fold by test. Plain keys, no foreign keys.

0 and the empty text stand for "none", so that one unique constraint holds on both engines.
"""

from __future__ import annotations

from django.db import models

from lms.core import clock


class SummaryState(models.Model):
    """One row: up to which position the summaries are equal to the fold."""

    PERSONAL: tuple[str, ...] = ()

    position = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(default=clock.now)
    rebuilt_at = models.DateTimeField(null=True)


class CountedUnit(models.Model):
    """One unit of a measure that is counted per human being: a person-time under a basis, a licence held, a registration.

    ``person`` is the canonical one; ``line`` the line that made it count. ``until`` is the last day it holds, for what lapses.
    Persons are told apart over these rows, and a figure opens them.
    """

    PERSONAL = ("person", "sex", "ethnic_group", "education", "birth_year")

    measure = models.CharField(max_length=32)
    person = models.BigIntegerField()
    occasion = models.UUIDField()
    slot = models.CharField(max_length=80, blank=True)
    counted_on = models.DateField()
    until = models.DateField(null=True)
    division = models.BigIntegerField()
    path = models.CharField(max_length=64)
    mode = models.CharField(max_length=12)
    category = models.BigIntegerField(default=0)
    programme = models.BigIntegerField(default=0)
    line = models.BigIntegerField()
    sex = models.CharField(max_length=1, blank=True)
    ethnic_group = models.CharField(max_length=2, blank=True)
    education = models.CharField(max_length=2, blank=True)
    birth_year = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["measure", "path", "counted_on"], name="ledger_unit_place"),
            models.Index(fields=["occasion", "measure"], name="ledger_unit_occasion"),
        ]
        constraints = [
            # one unit of a measure per person, occasion and slot
            models.UniqueConstraint(fields=["person", "measure", "occasion", "slot"], name="ledger_unit_once"),
        ]


class NodeTotal(models.Model):
    """An additive total of one measure at one tree node, month and value of one dimension: what stands there and below.

    ``dimension``: mode, category, programme, ``division`` (its code is the next part of the path below the node, empty for what
    stands at the node itself); for what is counted per person also sex, ethnic, education, age. Each by itself: crossed they
    would be as many as the persons. So a page reads its own node, however many leaves there are below.
    """

    PERSONAL: tuple[str, ...] = ()

    node = models.CharField(max_length=64)  # a division's path, as then
    measure = models.CharField(max_length=32)
    month = models.PositiveIntegerField()  # yyyymm
    dimension = models.CharField(max_length=12)
    code = models.CharField(max_length=32, blank=True)
    total = models.BigIntegerField()

    class Meta:
        constraints = [
            # in this order it is also the index that every page reads by
            models.UniqueConstraint(fields=["node", "dimension", "month", "measure", "code"], name="ledger_nodetotal_once"),
        ]


class PersonCount(models.Model):
    """Distinct human beings of one measure in one tree node, standard period and value of one dimension.

    ``span``: ``2022``, ``2022H1``, ``2022Q1``, ``202203`` or ``all``. ``dimension`` is empty for all, else mode, category,
    programme, sex, ethnic, education, age, ``own`` (only at the node itself, not below) or ``stock`` (the change of the number
    held, in a month: sum them).
    """

    PERSONAL: tuple[str, ...] = ()

    measure = models.CharField(max_length=32)
    node = models.CharField(max_length=64)  # a division's path
    span = models.CharField(max_length=8)
    dimension = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=32, blank=True)
    persons = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "measure", "span", "dimension", "code"], name="ledger_personcount_once")
        ]
