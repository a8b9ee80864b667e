"""How often publications are read: numbers, and nothing of who reads."""

from django.db import models


class Usage(models.Model):
    """The use of a publication in one month from one country. The key outlives the page."""

    key = models.UUIDField(editable=False)
    #: The first day of the month, UTC.
    month = models.DateField()
    #: ISO 3166-1 alpha-2; empty where it is not known.
    country = models.CharField(max_length=2, blank=True)
    views = models.PositiveBigIntegerField(default=0)
    downloads = models.PositiveBigIntegerField(default=0)
    #: Sessions (an hour of one reader) in which it was looked at, in which it was downloaded.
    sessions = models.PositiveBigIntegerField(default=0)
    download_sessions = models.PositiveBigIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "month", "country"], name="usage_once_in_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.month:%Y-%m} {self.country}"
