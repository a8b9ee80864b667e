"""Saved searches. What is in the repository already is no news."""

import cpmg.users.models
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


BATCH = 1000


def nothing_is_news(apps, schema_editor):
    """Notes all publications as arrived and compared, under the key of their readers."""
    Arrival = apps.get_model("search", "Arrival")
    PublicationPage = apps.get_model("repository", "PublicationPage")
    PageViewRestriction = apps.get_model("wagtailcore", "PageViewRestriction")
    restrictions = PageViewRestriction.objects.exclude(restriction_type="none")
    sections = {
        path: f"section-{pk}" for pk, path in restrictions.values_list("page_id", "page__path")
    }

    def readers(path):
        around = [section for section in sections if path.startswith(section)]
        return sections[max(around, key=len)] if around else "public"

    live = PublicationPage.objects.filter(live=True).order_by("pk")
    last = 0
    while rows := list(
        live.filter(pk__gt=last).values_list("pk", "translation_key", "path")[:BATCH]
    ):
        Arrival.objects.bulk_create(
            [Arrival(key=key, readers=readers(path), matched=True) for _pk, key, path in rows],
            ignore_conflicts=True,
        )
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0002_synonyms"),
        ("repository", "0005_file_details"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrival",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(verbose_name="publication")),
                ("readers", models.CharField(max_length=80, verbose_name="readers")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="arrived on")),
                (
                    "matched",
                    models.BooleanField(
                        default=False, verbose_name="compared with the saved searches"
                    ),
                ),
            ],
            options={
                "verbose_name": "arrival",
                "verbose_name_plural": "arrivals",
                "indexes": [
                    models.Index(
                        condition=models.Q(("matched", False)),
                        fields=["at"],
                        name="search_arrivals_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "readers"), name="one_arrival_for_readers"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=120,
                        validators=[cpmg.users.models.plain_line],
                        verbose_name="name",
                    ),
                ),
                ("query", models.TextField(blank=True, verbose_name="query")),
                ("sought", models.JSONField(default=dict, verbose_name="what is sought")),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("never", "Never"),
                            ("at-once", "At once"),
                            ("daily", "At most once a day"),
                            ("weekly", "At most once a week"),
                        ],
                        default="never",
                        max_length=10,
                        verbose_name="messages about new publications",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="saved on"
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="next message from"
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last message on"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved search",
                "verbose_name_plural": "saved searches",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(verbose_name="publication")),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="told on")),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="search.savedsearch",
                        verbose_name="saved search",
                    ),
                ),
            ],
            options={
                "verbose_name": "new publication of a saved search",
                "verbose_name_plural": "new publications of saved searches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at", None)),
                        fields=["search"],
                        name="search_matches_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("search", "key"), name="one_match_for_a_search")
                ],
            },
        ),
        migrations.RunPython(nothing_is_news, migrations.RunPython.noop),
    ]
