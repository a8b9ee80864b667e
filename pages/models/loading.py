"""What the content loader has brought in, so that it never does so twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedRecord(models.Model):
    """A record of the shipped data that was loaded once. People may have changed or deleted
    what it became; the loader leaves that alone."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("loaded record")
        verbose_name_plural = _("loaded records")

    def __str__(self) -> str:
        return self.key
