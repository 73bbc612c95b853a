"""Pictures from 1C, kept where this shop keeps its files.

``MEDIA_ROOT`` lies in the project's private folder: nothing is public until your web server is told to serve
``products/``.  A file goes by the digest of its content, so one that comes again is not written again, and only
kinds of files that no browser takes for a page are let in.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection
from pathlib import Path

from django.core.files import File

from django_onec_exchange.adapters import ImportContext

from .models import ProductImage

logger = logging.getLogger(__name__)

KINDS = {".jpg", ".jpeg", ".png", ".gif", ".webp"}


def copy(products: Collection[int], context: ImportContext) -> None:
    """Keep the pictures of the products, as far as they were sent.  Called after the commit."""
    for image in ProductImage.objects.filter(product__in=products):
        source = context.file(image.path)
        if source is not None:
            keep(image, source)


def keep(image: ProductImage, source: Path) -> None:
    suffix = source.suffix.lower()
    if suffix not in KINDS:
        logger.warning("%s is no picture that the shop takes", image.path)
        return
    with source.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        name = f"products/{digest[:2]}/{digest}{suffix}"
        storage = image.file.storage
        if not storage.exists(name):
            content.seek(0)
            name = storage.save(name, File(content))
    ProductImage.objects.filter(pk=image.pk).exclude(file=name).update(file=name)
