"""The bases and schemes a new system starts with, from data/rules.json; later versions come by ``load_ledger_rules``."""

import json
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "rules.json"


def _position(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE core_counter SET last = last + 1 WHERE name = 'position' RETURNING last")
        return cursor.fetchone()[0]


def load(apps, schema_editor):
    content = json.loads(FILE.read_text(encoding="utf-8"))
    for model, rows in (("CountingBasis", content["bases"]), ("HourScheme", content["schemes"])):
        objects = apps.get_model("ledger", model).objects
        for row in rows:
            if not objects.filter(code=row["code"], valid_from=None).exists():
                objects.create(**row, position=_position(schema_editor))
    state = apps.get_model("ledger", "SummaryState").objects
    state.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only"), ("core", "0002_position_counter")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
