"""What Wagtail's two groups may do.

Editors write pages and keep vocabularies and figures; moderators publish and delete as well.
Both work below the home pages: nobody adds a second one by mistake.
"""

from django.db import migrations

PAGES = {
    "Editors": ["add_page", "change_page"],
    "Moderators": [
        "add_page",
        "change_page",
        "publish_page",
        "bulk_delete_page",
        "lock_page",
        "unlock_page",
    ],
}
SNIPPETS = {
    "pages": [
        *("country", "theme", "network", "eventtype", "organisation", "governancearea"),
        *("language", "place", "source", "footnote", "indicator", "observation"),
    ],
    "repository": ["documenttype"],
}
ACTIONS = {"Editors": ["add", "change"], "Moderators": ["add", "change", "delete"]}
COLLECTIONS = {
    "wagtailimages": ["add_image", "change_image", "choose_image"],
    "wagtaildocs": ["add_document", "change_document", "choose_document"],
}


def permission(apps, app_label, model, codename):
    """The permission, made here when the database is new: Django makes its own only after
    all migrations, and leaves alone what is there."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    return apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": f"Can {codename.replace('_', ' ')}"},
    )[0]


def grant(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    page_model = apps.get_model("wagtailcore", "Page")
    collection_model = apps.get_model("wagtailcore", "Collection")
    page_permission_model = apps.get_model("wagtailcore", "GroupPagePermission")
    collection_permission_model = apps.get_model("wagtailcore", "GroupCollectionPermission")

    homes = list(page_model.objects.filter(depth=2))
    root_collection = collection_model.objects.get(depth=1)
    for name, codenames in PAGES.items():
        group, _ = group_model.objects.get_or_create(name=name)
        page_permission_model.objects.filter(group=group, page__depth=1).delete()
        for codename in codenames:
            for home in homes:
                page_permission_model.objects.get_or_create(
                    group=group,
                    page=home,
                    permission=permission(apps, "wagtailcore", "page", codename),
                )
        for app_label, names in COLLECTIONS.items():
            for codename in names:
                collection_permission_model.objects.get_or_create(
                    group=group,
                    collection=root_collection,
                    permission=permission(
                        apps, app_label, codename.rpartition("_")[2], codename
                    ),
                )
        group.permissions.add(
            permission(apps, "wagtailadmin", "admin", "access_admin"),
            *(
                permission(apps, app_label, model, f"{action}_{model}")
                for app_label, models in SNIPPETS.items()
                for model in models
                for action in ACTIONS[name]
            ),
        )


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0002_locale_trees"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
