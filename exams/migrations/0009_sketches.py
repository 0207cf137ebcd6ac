"""Digests of wordings, by which near-duplicates are found."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exams', '0008_exchange'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemSketch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BigIntegerField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sketches', to='exams.item')),
            ],
            options={
                'indexes': [models.Index(fields=['digest', 'item'], name='exams_sketch_digest')],
            },
        ),
    ]
