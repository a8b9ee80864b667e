from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NetworksConfig(AppConfig):
    name = "networks"
    verbose_name = _("Networks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cpmg import work
        from cpmg.mail import categories, conditions
        from cpmg.users import access, leaving
        from pages import doors

        from . import membership
        from .forum import desk as forum_desk
        from .forum import forums
        from .forum import own_data as forum_data
        from .membership import desk, groups, letters
        from .notices import arrivals, own_data, sending
        from .workspace import sections

        access.lapse(membership.lapsed_groups)
        groups.connect()
        conditions.register(letters.IS_MEMBER, letters.is_member)
        conditions.register(letters.WAITS, letters.still_waits)
        doors.register(doors.Room(desk.PREFIX, desk.PREFIX, desk.may_enter))
        leaving.keeps("network_memberships", membership.own_data)
        sections.register()
        forums.connect()
        doors.register(doors.Room("forum_desk", "forum_desk", forum_desk.may_enter))
        leaving.keeps("forum", forum_data.of)
        arrivals.connect()
        work.register(arrivals.NAME, sending.drain, sending.is_waiting)
        categories.register(sending.CATEGORY, categories.Category(_("What is said in the forum")))
        conditions.register(sending.CONDITION, sending.still_readable)
        leaving.keeps("forum_messages", own_data)
