from django.apps import AppConfig
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _


class RepositoryConfig(AppConfig):
    name = "repository"
    verbose_name = _("Repository")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg import work
        from cpmg.mail import conditions
        from cpmg.users import leaving
        from cpmg.users.models import User
        from pages import doors, sitemaps

        from . import (
            changes,
            checks,  # noqa: F401 - registers itself
            documents,
            forum_files,
            kinds,
            letters,
            review,
            shelves,
            submissions,
            workspace,
        )
        from .desk import access, duplicates
        from .files import queue
        from .harvesting import ledger
        from .kinds.datasets import DatasetKind
        from .kinds.events import EventKind
        from .kinds.publications import PublicationKind
        from .registrars import outgoing as dois

        for kind in (PublicationKind(), EventKind(), DatasetKind()):
            kinds.register(kind)
        shelves.connect()
        workspace.register()
        forum_files.connect()
        queue.connect()
        review.connect()
        duplicates.connect()
        sitemaps.more.append(documents.in_sitemap)
        changes.connect()
        changes.listen(ledger.note, ledger.note_key)
        work.register(ledger.NAME, ledger.drain, ledger.waiting)
        changes.listen(dois.note, dois.note_key)
        work.register(dois.NAME, dois.drain, dois.is_waiting)
        conditions.register("repository.may_see_submission", letters.still_concerns)
        doors.register(doors.Room("desk", "desk", access.may_enter))
        leaving.keeps("submissions", submissions.own_data)
        pre_delete.connect(submissions.leave, sender=User, dispatch_uid="repository.submissions")
