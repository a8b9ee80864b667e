"""The review of publications: its two steps, their workflow on every shelf there is, and the
focal points among those who enter a network's library."""

from django.db import migrations

NAME, REVIEW, APPROVAL = "Publications", "Editorial review", "Focal point's approval"


def content_type(apps, model):
    return apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="repository", model=model
    )[0]


def set_up(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    editors = [groups.get_or_create(name=name)[0] for name in ("Editors", "Moderators")]
    review = apps.get_model("repository", "EditorialReview").objects.create(
        name=REVIEW, active=True, content_type=content_type(apps, "editorialreview")
    )
    review.groups.set(editors)
    approval = apps.get_model("repository", "FocalPointApproval").objects.create(
        name=APPROVAL, active=True, content_type=content_type(apps, "focalpointapproval")
    )
    workflow = apps.get_model("wagtailcore", "Workflow").objects.create(name=NAME, active=True)
    step = apps.get_model("wagtailcore", "WorkflowTask").objects
    for number, task in enumerate((review, approval)):
        step.create(workflow=workflow, task_id=task.task_ptr_id, sort_order=number)
    assigned = apps.get_model("wagtailcore", "WorkflowPage").objects
    for model in ("RepositoryPage", "LibraryPage"):
        for shelf in apps.get_model("repository", model).objects.all():
            assigned.get_or_create(page_id=shelf.pk, defaults={"workflow": workflow})
    let_focal_points_in(apps, groups)


def let_focal_points_in(apps, groups):
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="wagtailadmin", model="admin"
    )
    admin, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    networks = apps.get_model("networks", "NetworkPage").objects.select_related("network")
    libraries = apps.get_model("repository", "LibraryPage").objects
    restrictions = apps.get_model("wagtailcore", "PageViewRestriction").objects
    of_collections = apps.get_model("wagtailcore", "CollectionViewRestriction").objects
    for page in networks:
        group, _ = groups.get_or_create(name=f"Focal points: {page.network.code}")
        group.permissions.add(admin)
        for library in libraries.filter(path__startswith=page.path):
            for restriction in restrictions.filter(page_id=library.pk):
                restriction.groups.add(group)
            for restriction in of_collections.filter(collection_id=library.collection_id):
                restriction.groups.add(group)


class Migration(migrations.Migration):
    dependencies = [
        ("repository", "0003_submissions"),
        ("networks", "0001_initial"),
        ("pages", "0003_groups"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
    ]
    operations = [migrations.RunPython(set_up, migrations.RunPython.noop)]
