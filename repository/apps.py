from django.apps import AppConfig
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _


class RepositoryConfig(AppConfig):
    name = "repository"
    verbose_name = _("Repository")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg.mail import conditions
        from cpmg.users import leaving
        from cpmg.users.models import User
        from pages import doors

        from . import kinds, letters, review, shelves, submissions
        from .desk import access, duplicates
        from .files import queue
        from .kinds.publications import PublicationKind

        kinds.register(PublicationKind())
        shelves.connect()
        queue.connect()
        review.connect()
        duplicates.connect()
        conditions.register("repository.may_see_submission", letters.still_concerns)
        doors.register(doors.Room("desk", "desk", access.may_enter))
        leaving.keeps("submissions", submissions.own_data)
        pre_delete.connect(submissions.leave, sender=User, dispatch_uid="repository.submissions")
