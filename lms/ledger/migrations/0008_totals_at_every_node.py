"""One table of totals at every node in place of the cells of the leaves; the summaries are folded anew into it."""

from django.db import migrations, models


def fold_anew(apps, schema_editor):
    for name in ("CountedUnit", "PersonCount"):
        apps.get_model("ledger", name).objects.all().delete()
    apps.get_model("ledger", "SummaryState").objects.update(position=0)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_lines_handed_in")]
    operations = [
        migrations.DeleteModel("Cell"),
        migrations.DeleteModel("FacetCell"),
        migrations.CreateModel(
            name="NodeTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("node", models.CharField(max_length=64)),
                ("measure", models.CharField(max_length=32)),
                ("month", models.PositiveIntegerField()),
                ("dimension", models.CharField(max_length=12)),
                ("code", models.CharField(blank=True, max_length=32)),
                ("total", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("node", "dimension", "month", "measure", "code"), name="ledger_nodetotal_once"
                    )
                ],
            },
        ),
        migrations.RunPython(fold_anew, migrations.RunPython.noop),
    ]
