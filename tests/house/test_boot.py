"""The house stands: the site answers, and the database refuses to change what is append-only."""

import pytest
from django.db import DatabaseError, connection, transaction

from lms.audit import services as audit
from lms.audit.models import AuditEvent
from lms.core.actor import Actor


@pytest.mark.django_db
def test_health_answers(client):
    assert client.get("/health/").json() == {"ok": True}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_auditevent SET verb = 'x'", "DELETE FROM audit_auditevent"])
def test_audit_refuses_change(statement):
    audit.record("tests.row.made", by=Actor.system("tests"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.count() == 1
