from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg import work
        from cpmg.mail import categories, conditions
        from cpmg.users import leaving

        from . import caretaker, checks, queue, signals  # noqa: F401  (importing registers what is in them)
        from .alerts import arrivals, saving, sending

        signals.connect()
        work.register(queue.NAME, queue.drain_if_in_use, queue.is_waiting)
        work.register(caretaker.NAME, caretaker.drain, queue.in_use)
        arrivals.connect()
        work.register(arrivals.NAME, sending.drain, sending.is_waiting)
        categories.register(
            sending.CATEGORY, categories.Category(_("What is new in my saved searches"))
        )
        conditions.register(sending.CONDITION, sending.still_readable)
        leaving.keeps("saved_searches", saving.saved_by)
