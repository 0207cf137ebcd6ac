from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_regimes_and_fresh_summaries")]
    operations = [
        migrations.AddIndex("line", models.Index(fields=["division", "posted_period"], name="ledger_line_handed_in")),
    ]
