"""How the author of an item is named, frozen with the version like all its words."""

from django.db import migrations, models

from exams.frozen import FreezeColumns, FreezeUnder

CITATIONS = FreezeUnder("exams_itemcitation", "exams_itemversion", "version_id", "state IN ('live', 'retired')")

VERSION = [
    "item_id", "number", "kind", "stem", "options", "keys", "prompts", "accepted", "tolerance", "marking_points", "exhibits",
    "explanation", "points", "law_as_of", "source", "credit", "fingerprint", "author", "reviewed_by", "reviewed_at", "live_from",
]


def thaw(apps, schema_editor):
    """SQLite makes the table anew, and a trigger that names it is in the way while it does."""
    CITATIONS.database_backwards("exams", schema_editor, None, None)


class Migration(migrations.Migration):
    dependencies = [("exams", "0012_practice_pictures_reviewers")]

    operations = [
        migrations.RunPython(thaw, migrations.RunPython.noop),
        migrations.AddField("itemversion", "credit", models.CharField(blank=True, default="", max_length=80), preserve_default=False),
        FreezeColumns("exams_itemversion", VERSION, "OLD.state IN ('live', 'retired')"),
        CITATIONS,
    ]
