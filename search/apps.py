from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg import work

        from . import checks, queue, signals  # noqa: F401  (importing registers the system checks)

        signals.connect()
        work.register(queue.NAME, queue.drain_if_in_use, queue.is_waiting)
