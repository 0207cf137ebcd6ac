"""Essays: rules, appointed markers, scripts and blind marks; what was handed in or marked is frozen."""

import django.db.models.deletion
import lms.core.clock
import lms.core.ids
from django.conf import settings
from django.db import migrations, models

from exams.frozen import FreezeColumns


class Migration(migrations.Migration):

    dependencies = [
        ('exams', '0006_sittings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EssayRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=lms.core.ids.new_uuid, editable=False, unique=True)),
                ('code', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('description', models.TextField()),
                ('method', models.CharField(choices=[('mean', '各评分的平均'), ('closest_pair', '最接近的两个评分的平均'), ('third_decides', '以第三评为准')], max_length=16)),
                ('third_over_percent', models.PositiveSmallIntegerField()),
                ('certainty', models.CharField(choices=[('official', '官方文本'), ('likely', '有来源，待官方文本核实'), ('conflicting', '来源不一致'), ('decided', '本系统自定')], max_length=12)),
                ('source', models.CharField(max_length=300)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
            ],
            options={
                'ordering': ('code', '-valid_from'),
                'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='exams_essay_rule_once'), models.UniqueConstraint(condition=models.Q(('valid_from__isnull', True)), fields=('code',), name='exams_essay_rule_first_once'), models.CheckConstraint(condition=models.Q(('method__in', ['mean', 'closest_pair', 'third_decides'])), name='exams_essay_rule_method_known'), models.CheckConstraint(condition=models.Q(('third_over_percent__lte', 100)), name='exams_essay_rule_within_full')],
            },
        ),
        migrations.AddField(
            model_name='papersection',
            name='essay_rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.essayrule'),
        ),
        migrations.AddField(
            model_name='templatesection',
            name='essay_rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.essayrule'),
        ),
        migrations.CreateModel(
            name='EssayScript',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=lms.core.ids.new_uuid, editable=False, unique=True)),
                ('full_points', models.PositiveIntegerField()),
                ('method', models.CharField(choices=[('mean', '各评分的平均'), ('closest_pair', '最接近的两个评分的平均'), ('third_decides', '以第三评为准')], max_length=16)),
                ('third_over', models.PositiveIntegerField()),
                ('wanted', models.PositiveSmallIntegerField(default=2)),
                ('handed_in_at', models.DateTimeField()),
                ('points', models.PositiveIntegerField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scripts', to='exams.paper')),
                ('response', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='script', to='exams.response')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.essayrule')),
            ],
            options={
                'ordering': ('handed_in_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='EssayMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=lms.core.ids.new_uuid, editable=False, unique=True)),
                ('ordinal', models.PositiveSmallIntegerField()),
                ('claimed_at', models.DateTimeField(default=lms.core.clock.now)),
                ('awards', models.JSONField(default=list)),
                ('points', models.PositiveIntegerField(null=True)),
                ('remark', models.TextField(blank=True)),
                ('marked_at', models.DateTimeField(null=True)),
                ('marker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('script', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='exams.essayscript')),
            ],
            options={
                'ordering': ('ordinal',),
            },
        ),
        migrations.CreateModel(
            name='EssayMarker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=lms.core.ids.new_uuid, editable=False, unique=True)),
                ('appointed_at', models.DateTimeField(default=lms.core.clock.now)),
                ('appointed_by', models.UUIDField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='markers', to='exams.paper')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('appointed_at', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('paper', 'user'), name='exams_marker_once')],
            },
        ),
        migrations.AddIndex(
            model_name='essayscript',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['paper', 'handed_in_at'], name='exams_script_waiting'),
        ),
        migrations.AddConstraint(
            model_name='essayscript',
            constraint=models.CheckConstraint(condition=models.Q(('wanted__in', [2, 3])), name='exams_script_two_or_three'),
        ),
        migrations.AddConstraint(
            model_name='essayscript',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', ['mean', 'closest_pair', 'third_decides'])), name='exams_script_method_known'),
        ),
        migrations.AddConstraint(
            model_name='essayscript',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('points__isnull', True), ('settled_at__isnull', True)), models.Q(('points__lte', models.F('full_points')), ('settled_at__isnull', False)), _connector='OR'), name='exams_script_settled_together'),
        ),
        migrations.AddConstraint(
            model_name='essaymark',
            constraint=models.UniqueConstraint(fields=('script', 'ordinal'), name='exams_mark_ordinal_once'),
        ),
        migrations.AddConstraint(
            model_name='essaymark',
            constraint=models.UniqueConstraint(fields=('script', 'marker'), name='exams_mark_marker_once'),
        ),
        migrations.AddConstraint(
            model_name='essaymark',
            constraint=models.CheckConstraint(condition=models.Q(('ordinal__gte', 1), ('ordinal__lte', 3)), name='exams_mark_at_most_three'),
        ),
        migrations.AddConstraint(
            model_name='essaymark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('marked_at__isnull', True), ('points__isnull', True)), models.Q(('marked_at__isnull', False), ('points__isnull', False)), _connector='OR'), name='exams_mark_marked_together'),
        ),
        FreezeColumns(
            "exams_response",
            ["attempt_id", "number", "item_version_id", "kind", "points_full", "answer", "sequence"],
            "OLD.points IS NOT NULL OR OLD.awaits_marker",
        ),
        FreezeColumns(
            "exams_essaymark",
            ["script_id", "ordinal", "marker_id", "claimed_at", "awards", "points", "remark", "marked_at"],
            "OLD.marked_at IS NOT NULL",
        ),
        FreezeColumns(
            "exams_essayscript",
            ["response_id", "paper_id", "full_points", "method", "rule_id", "third_over", "wanted", "points", "settled_at"],
            "OLD.settled_at IS NOT NULL",
        ),
    ]
