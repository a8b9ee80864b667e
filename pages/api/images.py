"""Images in the sizes and formats that a front end offers a browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ninja import Schema
from pydantic import Field
from wagtail.images import get_image_model

from .reading import Query

#: Widths in pixels; an image is never made larger than it is.
WIDTHS = (480, 960, 1600)
FORMATS = ("avif", "webp", "jpeg")


class Rendition(Schema):
    format: str = Field(examples=["webp"])
    media_type: str = Field(examples=["image/webp"])
    width: int
    height: int
    url: str


class FocalPoint(Schema):
    """What must stay in sight when the image is cut, in pixels of the original."""

    x: int = Field(description="Of its middle.")
    y: int
    width: int
    height: int


class ImageItem(Schema):
    id: int
    title: str
    alt: str = Field(description="For people who can't see it; empty for mere decoration.")
    width: int = Field(description="Of the original, in pixels.")
    height: int
    focal_point: FocalPoint | None
    renditions: list[Rendition]


def specs_for(image: Any) -> list[str]:
    """The filters of the sizes that are not larger than the image, and at least one."""
    widths = [width for width in WIDTHS if width <= image.width] or [image.width]
    return [f"width-{width}|format-{kind}" for kind in FORMATS for width in widths]


def images_by_id(ids: Iterable[int]) -> dict[int, Any]:
    """The images with their renditions, for two queries once the renditions are made."""
    every = [f"width-{width}|format-{kind}" for kind in FORMATS for width in WIDTHS]
    images = get_image_model().objects.filter(pk__in=set(ids)).prefetch_renditions(*every)
    return {image.pk: image for image in images}


def present_image(image: Any, alt: str, query: Query) -> dict[str, Any]:
    focal = image.get_focal_point()
    made = image.get_renditions(*specs_for(image))
    return {
        "id": image.pk,
        "title": image.title,
        "alt": alt,
        "width": image.width,
        "height": image.height,
        "focal_point": focal
        and {
            "x": int(focal.centroid_x),
            "y": int(focal.centroid_y),
            "width": int(focal.width),
            "height": int(focal.height),
        },
        "renditions": [
            {
                "format": spec.rpartition("-")[2],
                "media_type": f"image/{spec.rpartition('-')[2]}",
                "width": rendition.width,
                "height": rendition.height,
                "url": query.request.build_absolute_uri(rendition.url),
            }
            for spec, rendition in made.items()
        ],
    }
