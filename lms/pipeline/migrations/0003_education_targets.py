from django.db import migrations

SOURCE = "社会工作者继续教育办法（2009年）：每三年登记周期，助理社会工作师不少于72小时，社会工作师、高级社会工作师不少于90小时"


def load(apps, schema_editor):
    target = apps.get_model("pipeline", "EducationTarget")
    for level, hours in (("junior", 72), ("middle", 90), ("senior", 90)):
        target.objects.get_or_create(level=level, valid_from=None, defaults={"minutes": hours * 60, "source": SOURCE})


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0002_aspect")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
