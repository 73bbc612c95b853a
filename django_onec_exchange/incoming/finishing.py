"""``complete`` and ``deactivate``: the end of a full catalogue, after which what it did not name is gone.

Only the Bitrix module says so.  A portion of changes, or an upload with errors, must never pass for a whole
catalogue: the shop would hide its goods (protocol.md, section 11).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext

from ..adapters import CatalogHandler, ImportContext, Mount, load_catalog_handler
from ..conf import conf
from ..models import CatalogEntry, ExchangeSession, ImportSession, IncomingFile
from ..protocol.errors import NoHandler, NothingToFinish
from .imports import import_context
from .unpacking import ARCHIVE_SUFFIX
from .uploads import files_of


def complete(session: ExchangeSession, mount: Mount) -> None:
    """Answer ``complete``: tell the handler what a full catalogue no longer names, then that it is over.

    Without a full catalogue only the latter.  Raises NoHandler when the site takes no catalogue.
    """
    catalog, context = _handler(mount), import_context(session, session.upload, mount)
    if _is_full(session):
        _forget_unnamed(session, catalog, context)
    catalog.finish(context)


def deactivate(session: ExchangeSession, mount: Mount, timestamp: str) -> None:
    """Answer ``deactivate``, with the time that ``checkauth`` of this session gave.

    Raises NoHandler, or NothingToFinish when this session brought no full catalogue.
    """
    catalog = _handler(mount)
    if timestamp != str(start_of(session)) or not _is_full(session):
        raise NothingToFinish
    _forget_unnamed(session, catalog, import_context(session, session.upload, mount))


def start_of(session: ExchangeSession) -> int:
    """Return when the session began, in seconds since 1970."""
    return int(session.started_at.timestamp())


def _handler(mount: Mount) -> CatalogHandler:
    catalog = load_catalog_handler(mount.catalog_handler)
    if catalog is None:
        raise NoHandler(what=gettext("the catalogue"))
    return catalog


def _is_full(session: ExchangeSession) -> bool:
    """Tell whether the upload brought a whole catalogue, and all that it brought was applied."""
    if not session.upload:
        return False
    files = files_of(session.upload)
    applied = Q(import_session__state=ImportSession.State.DONE, import_session__failed_count=0)
    left = files.filter(name__iendswith=".xml").exclude(applied) | files.filter(
        name__iendswith=ARCHIVE_SUFFIX, unpacked=False
    )
    return (
        not left.exists()
        and files.filter(import_session__changes_only=False).exists()
        and _entries(session).filter(upload=session.upload).exists()
    )


def _forget_unnamed(session: ExchangeSession, catalog: CatalogHandler, context: ImportContext) -> None:
    while _forget_chunk(session, catalog, context):
        pass


def _forget_chunk(session: ExchangeSession, catalog: CatalogHandler, context: ImportContext) -> bool:
    """Tell the handler of some products that are gone, once; return whether there were any."""
    with transaction.atomic():
        session.base.lock()
        entries = list(_unnamed(session).order_by("pk")[: conf.CHUNK_SIZE])
        if entries:
            catalog.forget_products([entry.product_id for entry in entries], context)
            CatalogEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    return bool(entries)


def _unnamed(session: ExchangeSession) -> QuerySet[CatalogEntry]:
    """Return the products of the catalogues in this upload that it did not name, and no later one either.

    Two sessions may send the same catalogue at once: what the other has just named is not gone.
    """
    catalogs = _entries(session).filter(upload=session.upload).values("catalog_id")
    began = files_of(session.upload).aggregate(at=Min("received_at"))["at"]
    later = IncomingFile.objects.filter(
        session__base=session.base, upload__isnull=False, received_at__gte=began
    ).values("upload")
    return _entries(session).filter(catalog_id__in=catalogs.distinct()).exclude(upload__in=later)


def _entries(session: ExchangeSession) -> QuerySet[CatalogEntry]:
    return CatalogEntry.objects.filter(base=session.base)
