from django.apps import AppConfig


class CpmgConfig(AppConfig):
    name = "cpmg"
    verbose_name = "CPMG"

    def ready(self) -> None:
        """Puts together what lower layers must not know of higher ones."""
        from cpmg.users import interests
        from cpmg.webhooks import forms as webhooks
        from pages.models import Network

        interests.offer(Network.labels)
        webhooks.offer_networks(Network.labels)
