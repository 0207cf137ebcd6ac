"""What is asked in hours, from data/rules.json; seals become append-only; the summaries are folded anew with their new columns."""

import json
from pathlib import Path

from django.db import migrations

from lms.core.append_only import AppendOnly

FILE = Path(__file__).resolve().parent.parent / "data" / "rules.json"


def _position(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE core_counter SET last = last + 1 WHERE name = 'position' RETURNING last")
        return cursor.fetchone()[0]


def load(apps, schema_editor):
    content = json.loads(FILE.read_text(encoding="utf-8"))
    objects = apps.get_model("ledger", "HourRegime").objects
    for row in content["regimes"]:
        if not objects.filter(code=row["code"], valid_from=None).exists():
            objects.create(**row, position=_position(schema_editor))
    for name in ("Cell", "CountedUnit", "PersonCount"):
        apps.get_model("ledger", name).objects.all().delete()
    apps.get_model("ledger", "SummaryState").objects.update(position=0)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_seals_facets_regimes")]
    operations = [AppendOnly("ledger_seal"), migrations.RunPython(load, migrations.RunPython.noop)]
