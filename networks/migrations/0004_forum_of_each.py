"""A forum for each network that is there, and the one of all members."""

from django.conf import settings
from django.db import migrations


def make(apps, schema_editor):
    forums = apps.get_model("networks", "Forum").objects
    networks = apps.get_model("pages", "Network").objects
    there = networks.filter(locale__language_code=settings.LANGUAGE_CODE).order_by("pk")
    for network in there:
        forums.get_or_create(network=network)
    forums.get_or_create(network=None)


class Migration(migrations.Migration):
    dependencies = [("networks", "0003_forum")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop, elidable=True)]
