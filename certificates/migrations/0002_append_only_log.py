from django.db import migrations

from lms.core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]
    operations = [AppendOnly("certificates_logentry")]
