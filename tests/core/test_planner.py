"""What PostgreSQL is told of how we read."""

from __future__ import annotations

import pytest
from django.db import connection

from lms.core.models import Counter


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a setting of PostgreSQL")
def test_cursors_are_planned_to_be_read_to_their_end():
    with connection.cursor() as cursor:
        cursor.execute("SHOW cursor_tuple_fraction")
        assert float(cursor.fetchone()[0]) == 1
    assert list(Counter.objects.values_list("name", flat=True).iterator())
