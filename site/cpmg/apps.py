from django.apps import AppConfig


class CpmgConfig(AppConfig):
    name = "cpmg"
    verbose_name = "CPMG"

    def ready(self) -> None:
        # Routers must be on Wagtail's API object before its addresses are read.
        from . import api  # noqa: F401
