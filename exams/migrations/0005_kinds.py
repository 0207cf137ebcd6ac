"""Every kind of item, cases with their questions, answers by kind; what is frozen stays frozen, the new columns too."""

import django.db.models.deletion
from django.db import migrations, models

from exams.frozen import FreezeColumns, FreezePaperItems

VERSION = [
    "item_id", "number", "kind", "stem", "options", "keys", "prompts", "accepted", "tolerance", "marking_points", "exhibits",
    "explanation", "points", "law_as_of", "source", "fingerprint", "author", "reviewed_by", "reviewed_at", "live_from",
]
RESPONSE = ["attempt_id", "number", "item_version_id", "kind", "points_full", "answer", "sequence"]


def fill(apps, schema_editor):
    """Answers given so far are of their item's kind; the licence's rules are the usual ones of their kinds."""
    versions = apps.get_model("exams", "ItemVersion").objects.exclude(kind="single")
    for kind in versions.values_list("kind", flat=True).distinct():
        apps.get_model("exams", "Response").objects.filter(item_version__kind=kind).update(kind=kind)
    rules = apps.get_model("exams", "MarkingRule").objects.filter(valid_to__isnull=True)
    for code, kind in (("licence-single", "single"), ("licence-multiple", "multiple")):
        rules.filter(code=code).update(usual_for=kind)


class Migration(migrations.Migration):

    dependencies = [
        ('exams', '0004_after_marking'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='itemversion',
            name='exams_version_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='itemversion',
            name='exams_version_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='itemversion',
            name='exams_version_one_open',
        ),
        migrations.RemoveConstraint(
            model_name='itemversion',
            name='exams_version_reviewed_together',
        ),
        migrations.AddField(
            model_name='item',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='exams.item'),
        ),
        migrations.AddField(
            model_name='item',
            name='place',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='accepted',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='exhibits',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='marking_points',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='prompts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='itemversion',
            name='tolerance',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name='markingrule',
            name='usual_for',
            field=models.CharField(blank=True, choices=[('single', '单项选择'), ('multiple', '多项选择'), ('true_false', '判断'), ('matching', '配对'), ('ordering', '排序'), ('short_answer', '简答（填写）'), ('numeric', '数值'), ('case', '案例（含小题）'), ('essay', '主观题（按采分点阅卷）')], max_length=12),
        ),
        migrations.AddField(
            model_name='paperitem',
            name='case_version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.itemversion'),
        ),
        migrations.AddField(
            model_name='paperitem',
            name='rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.markingrule'),
        ),
        migrations.AddField(
            model_name='response',
            name='awaits_marker',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='response',
            name='kind',
            field=models.CharField(choices=[('single', '单项选择'), ('multiple', '多项选择'), ('true_false', '判断'), ('matching', '配对'), ('ordering', '排序'), ('short_answer', '简答（填写）'), ('numeric', '数值'), ('case', '案例（含小题）'), ('essay', '主观题（按采分点阅卷）')], default='single', max_length=12),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='itemversion',
            name='kind',
            field=models.CharField(choices=[('single', '单项选择'), ('multiple', '多项选择'), ('true_false', '判断'), ('matching', '配对'), ('ordering', '排序'), ('short_answer', '简答（填写）'), ('numeric', '数值'), ('case', '案例（含小题）'), ('essay', '主观题（按采分点阅卷）')], max_length=12),
        ),
        migrations.AlterField(
            model_name='itemversion',
            name='state',
            field=models.CharField(choices=[('draft', '待审核'), ('returned', '退回修改'), ('reviewed', '已审核'), ('live', '使用中'), ('retired', '已停用')], default='draft', max_length=12),
        ),
        migrations.AlterField(
            model_name='papersection',
            name='kind',
            field=models.CharField(choices=[('single', '单项选择'), ('multiple', '多项选择'), ('true_false', '判断'), ('matching', '配对'), ('ordering', '排序'), ('short_answer', '简答（填写）'), ('numeric', '数值'), ('case', '案例（含小题）'), ('essay', '主观题（按采分点阅卷）')], max_length=12),
        ),
        migrations.AlterField(
            model_name='templatesection',
            name='kind',
            field=models.CharField(choices=[('single', '单项选择'), ('multiple', '多项选择'), ('true_false', '判断'), ('matching', '配对'), ('ordering', '排序'), ('short_answer', '简答（填写）'), ('numeric', '数值'), ('case', '案例（含小题）'), ('essay', '主观题（按采分点阅卷）')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(condition=models.Q(('case__isnull', False)), fields=('case', 'place'), name='exams_item_place_once'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('place', 0)), models.Q(('case__isnull', False), ('place__gte', 1)), _connector='OR'), name='exams_item_placed_together'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('case__isnull', True), models.Q(('case', models.F('pk')), _negated=True), _connector='OR'), name='exams_item_not_in_itself'),
        ),
        migrations.AddConstraint(
            model_name='itemversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'returned', 'reviewed', 'live', 'retired'])), name='exams_version_state_known'),
        ),
        migrations.AddConstraint(
            model_name='itemversion',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['single', 'multiple', 'true_false', 'matching', 'ordering', 'short_answer', 'numeric', 'case', 'essay'])), name='exams_version_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='itemversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'returned', 'reviewed'))), fields=('item',), name='exams_version_one_open'),
        ),
        migrations.AddConstraint(
            model_name='itemversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewed_by__isnull', True), ('state__in', ['draft', 'returned'])), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='exams_version_reviewed_together'),
        ),
        migrations.AddConstraint(
            model_name='itemversion',
            constraint=models.CheckConstraint(condition=models.Q(('tolerance', ''), ('kind', 'numeric'), _connector='OR'), name='exams_version_tolerance_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='markingrule',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('usual_for', ''), _negated=True), ('valid_to__isnull', True)), fields=('usual_for',), name='exams_rule_one_usual'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.CheckConstraint(condition=models.Q(('awaits_marker', False), models.Q(('kind', 'essay'), ('points__isnull', True)), _connector='OR'), name='exams_response_waits_or_marked'),
        ),
        migrations.AddConstraint(
            model_name='response',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['single', 'multiple', 'true_false', 'matching', 'ordering', 'short_answer', 'numeric', 'case', 'essay'])), name='exams_response_kind_known'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        FreezeColumns("exams_itemversion", VERSION, "OLD.state IN ('live', 'retired')"),
        FreezeColumns("exams_response", RESPONSE, "OLD.points IS NOT NULL"),
        FreezePaperItems(),
    ]
