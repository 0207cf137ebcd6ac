from django.db import migrations

from lms.core.ids import new_uuid

# The contents a real record form lists; names may be added as rows, codes stay.
TAGS = [
    ("practice_skills", "实务技巧指导"),
    ("theory", "探讨理论知识"),
    ("values", "社工价值观反思"),
    ("client_needs", "了解服务对象需要及行为"),
    ("community_resources", "探讨可运用社区资源"),
    ("employer_liaison", "与用人单位合作及协调"),
    ("emotional_support", "给予情绪支持"),
    ("work_progress", "监察工作进展"),
    ("growth_plan", "商讨个人成长方案"),
]


def load(apps, schema_editor):
    tag = apps.get_model("supervision", "ContentTag")
    for order, (code, name) in enumerate(TAGS, start=1):
        tag.objects.get_or_create(code=code, defaults={"name": name, "order": order * 10, "uuid": new_uuid()})


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
