from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users import apps as wagtail_users


class UsersConfig(AppConfig):
    name = "cpmg.users"
    label = "users"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import addresses

        addresses.connect()


class AdministrationConfig(wagtail_users.WagtailUsersAppConfig):
    """Wagtail's part for people and groups, with forms that know no user names."""

    default = False
    user_viewset = "cpmg.users.viewsets.PersonViewSet"
