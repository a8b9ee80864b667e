from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = _("Pages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import announcing, caching, checks, doors, scheduled, translations  # noqa: F401  (importing registers the system checks)
        from .calendars import changes
        from .translating import coverage, facts, letters, records

        announcing.connect()
        caching.connect()
        scheduled.connect()
        changes.connect()
        translations.connect()
        facts.connect()
        records.connect()
        letters.connect()
        doors.register(doors.Room("translating", "translating_board", coverage.may_see))
