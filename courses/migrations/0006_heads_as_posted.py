from django.db import migrations
from django.db.models import F


def as_posted(apps, schema_editor):
    apps.get_model("courses", "HeadCount").objects.update(posted=F("quantity"))


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_sign_ups_presence_trainers")]
    operations = [migrations.RunPython(as_posted, migrations.RunPython.noop)]
