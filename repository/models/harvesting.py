"""What harvesters were told: one row for each publication that everybody could ever read."""

import uuid

from django.db import models
from django.utils import timezone


class Harvested(models.Model):
    """A publication as harvesters know it. The row outlives the publication: once it can't be
    read any more it is ``deleted``, for good or until it comes back."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: When it last changed for harvesters, in whole seconds.
    datestamp = models.DateTimeField()
    created = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    #: Of the record, so that a save that changes nothing is no change.
    fingerprint = models.CharField(max_length=64)

    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [models.Index(fields=["datestamp", "key"], name="harvested_in_order")]

    def __str__(self) -> str:
        return str(self.key)


class HarvestedIn(models.Model):
    """A set that a publication is in, or was in when it went away."""

    record = models.ForeignKey(Harvested, on_delete=models.CASCADE, related_name="sets")
    spec = models.CharField(max_length=120)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["spec", "record"], name="harvested_once_in_a_set")
        ]

    def __str__(self) -> str:
        return self.spec


class HarvestChange(models.Model):
    """A publication that changed since harvesters were told: written with the change."""

    key = models.UUIDField(primary_key=True, editable=False)
    #: Grows with each change, so that one that comes while another is told is not lost.
    version = models.PositiveBigIntegerField(default=1)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return str(self.key)


class HarvestClock(models.Model):
    """One row, locked while changes are told: one process after the other, and no datestamp is
    older than one before, whatever their clocks say."""

    moment = models.DateTimeField(default=timezone.now)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.moment.isoformat()
