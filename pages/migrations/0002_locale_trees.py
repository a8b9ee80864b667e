"""The four locales, each with its home page, the site that they belong to, and the first
version of the content."""

import uuid

from django.db import migrations

#: The key by which the content loader finds the home pages again.
HOME = uuid.uuid5(uuid.NAMESPACE_URL, "cpmg:page:home")

HOME_PAGES = [
    ("en", "home", "Caribbean Platform for Migration Governance"),
    ("es", "inicio", "Plataforma del Caribe para la Gobernanza de la Migración"),
    ("fr", "accueil", "Plateforme caribéenne pour la gouvernance des migrations"),
    ("nl", "start", "Caribisch platform voor migratiegovernance"),
]


def plant(apps, schema_editor):
    content_type_model = apps.get_model("contenttypes", "ContentType")
    locale_model = apps.get_model("wagtailcore", "Locale")
    page_model = apps.get_model("wagtailcore", "Page")
    site_model = apps.get_model("wagtailcore", "Site")
    home_model = apps.get_model("pages", "HomePage")

    site_model.objects.all().delete()
    page_model.objects.filter(depth__gt=1).delete()
    locales = {
        code: locale_model.objects.get_or_create(language_code=code)[0] for code, *_ in HOME_PAGES
    }
    locale_model.objects.exclude(language_code__in=locales).delete()
    content_type, _ = content_type_model.objects.get_or_create(app_label="pages", model="homepage")

    root = page_model.objects.get(depth=1)
    for position, (code, slug, title) in enumerate(HOME_PAGES, start=1):
        home = home_model.objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            content_type=content_type,
            path=f"{root.path}{position:04d}",
            depth=2,
            numchild=0,
            url_path=f"/{slug}/",
            locale=locales[code],
            translation_key=HOME,
            live=True,
        )
        if code == "en":
            site_model.objects.create(
                hostname="localhost", site_name=title, root_page_id=home.pk, is_default_site=True
            )
    root.numchild = len(HOME_PAGES)
    root.save()
    apps.get_model("pages", "ContentVersion").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
