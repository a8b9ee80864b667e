"""Words of the desk."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def days(duration: timedelta | None) -> str:
    """A duration in words: hours of the first day, then days."""
    if duration is None:
        return "–"
    if duration.days:
        return ngettext("%(number)d day", "%(number)d days", duration.days) % {
            "number": duration.days
        }
    hours = duration.seconds // 3600
    if not hours:
        return _("less than an hour")
    return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
