from django.db import migrations


def create(apps, schema_editor):
    apps.get_model("core", "Counter").objects.get_or_create(name="position", defaults={"last": 0})


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
