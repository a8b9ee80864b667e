from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NetworksConfig(AppConfig):
    name = "networks"
    verbose_name = _("Networks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg.users import leaving
        from pages import doors

        from .forum import desk, forums, own_data

        forums.connect()
        doors.register(doors.Room("forum_desk", "forum_desk", desk.may_enter))
        leaving.keeps("forum", own_data.of)
