from django.db import migrations

from lms.core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [AppendOnly("ledger_line"), AppendOnly("ledger_linetag"), AppendOnly("ledger_daychain")]
