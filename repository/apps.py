from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RepositoryConfig(AppConfig):
    name = "repository"
    verbose_name = _("Repository")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg.mail import conditions

        from . import letters, review, shelves
        from .files import queue

        shelves.connect()
        queue.connect()
        review.connect()
        conditions.register("repository.may_see_submission", letters.still_concerns)
