"""The articles a version rests on are frozen with it: the database refuses to add, change or remove one."""

from django.db import migrations

from exams.frozen import FreezeUnder


class Migration(migrations.Migration):
    dependencies = [("exams", "0010_laws")]

    operations = [FreezeUnder("exams_itemcitation", "exams_itemversion", "version_id", "state IN ('live', 'retired')")]
