"""The groups of those who translate, one for each language.

They may enter the admin and have no permission on any page: see ``pages.translating.people``.
"""

from django.conf import settings
from django.db import migrations


def make(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="wagtailadmin", model="admin"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="access_admin",
        defaults={"name": "Can access Wagtail admin"},
    )
    for language, _name in settings.LANGUAGES:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(
            name=f"Translators: {language}"
        )
        group.permissions.add(permission)
    add_glossary_permissions(apps)


def add_glossary_permissions(apps):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="pages", model="glossaryterm"
    )
    permissions = apps.get_model("auth", "Permission").objects
    for name, actions in (
        ("Editors", ("add", "change")),
        ("Moderators", ("add", "change", "delete")),
    ):
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for action in actions:
            codename = f"{action}_glossaryterm"
            permission, _ = permissions.get_or_create(
                content_type=content_type,
                codename=codename,
                defaults={"name": f"Can {action} term of the glossary"},
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("pages", "0004_translating")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
