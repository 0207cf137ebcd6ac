"""The root of all pages gets a Chinese name: editors meet it in the explorer, as "Root"."""

from django.db import migrations

ENGLISH, CHINESE = "Root", "全部站点"


def _rename(apps, old, new):
    page = apps.get_model("wagtailcore", "Page")
    page.objects.filter(depth=1, title=old).update(title=new, draft_title=new)


class Migration(migrations.Migration):
    dependencies = [("cms", "0004_review_workflow")]
    operations = [
        migrations.RunPython(
            lambda apps, _editor: _rename(apps, ENGLISH, CHINESE), lambda apps, _editor: _rename(apps, CHINESE, ENGLISH)
        )
    ]
