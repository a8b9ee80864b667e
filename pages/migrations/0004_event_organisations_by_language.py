import uuid

import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models

import pages.models.vocabularies


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0003_source_note"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.DeleteModel(name="EventOrganisation"),
        migrations.CreateModel(
            name='EventOrganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('role', models.CharField(choices=[('organiser', 'Organiser'), ('funder', 'Funder'), ('partner', 'Partner')], default='organiser', max_length=20, verbose_name='role')),
                ('other_name', models.CharField(blank=True, help_text='When it is not in the list.', max_length=255, verbose_name='or another name')),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
                ('organisation', pages.models.vocabularies.TermKey(blank=True, limit_choices_to={'locale__language_code': 'en'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pages.organisation', verbose_name='partner organisation')),
                ('page', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='organisations', to='pages.eventpage')),
            ],
            options={
                'verbose_name': 'organisation of an event',
                'verbose_name_plural': 'organisations of an event',
                'ordering': ['sort_order'],
                'abstract': False,
                'unique_together': {('translation_key', 'locale')},
            },
        ),
    ]
