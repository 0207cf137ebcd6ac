"""A live item version, the items of an open paper and a marked answer cannot be changed: the database says no."""

from django.db import migrations

from exams.frozen import FreezeColumns, FreezePaperItems

VERSION = [
    "item_id", "number", "kind", "stem", "options", "keys", "explanation", "points", "law_as_of", "source", "fingerprint",
    "author", "reviewed_by", "reviewed_at", "live_from",
]


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]

    operations = [
        FreezeColumns("exams_itemversion", VERSION, "OLD.state IN ('live', 'retired')"),
        FreezeColumns(
            "exams_response", ["attempt_id", "number", "item_version_id", "points_full", "answer", "sequence"], "OLD.points IS NOT NULL"
        ),
        FreezePaperItems(),
    ]
