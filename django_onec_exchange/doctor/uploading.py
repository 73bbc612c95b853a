"""Probes of what 1C sends.  The files are blanks, are never imported, and ``init`` has the site forget them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..simulator import Answer, TransferError
from . import diagnosis, problems
from .findings import Finding, ok
from .visit import Visit, read

NAME = "onec-doctor.txt"
CYRILLIC_NAME = "проверка-обмена.txt"
MEBIBYTE = 1 << 20
_SMALLEST = 1 << 16  # bytes
_LARGEST = 64 * MEBIBYTE  # no more is sent, whatever the site takes
_GROWTH = 4
_BEHIND_A_PROXY = (502, 503)  # an application server that closes the connection over a large body


def upload_growing_files(visit: Visit) -> Iterator[Finding]:
    """Send larger and larger files, up to what the site says that it takes in one request."""
    passed = 0
    sizes = _sizes(visit)
    for size in sizes:
        try:
            answer = visit.upload(NAME, size)
        except TransferError as error:
            if not error.partial:
                raise
            yield _limit(size, passed, sizes[-1], _("the connection broke off"))
            return
        finally:
            visit.forget_uploads()
        if not read(answer).succeeded:
            is_limit = answer.status == 413 or (passed and answer.status in _BEHIND_A_PROXY)
            seen = diagnosis.shown(answer)
            yield _limit(size, passed, sizes[-1], seen) if is_limit else _why_not(answer, visit, size)
            return
        passed = size
    yield ok(_("%(size)s in one request") % {"size": megabytes(passed)})


def _sizes(visit: Visit) -> list[int]:
    """Return how large the files are: the last is as large as the site takes, within reason."""
    largest = min(visit.limit_told, _LARGEST) if visit.limit_told > 0 else _SMALLEST
    sizes = [_SMALLEST]
    while sizes[-1] * _GROWTH < largest:
        sizes.append(sizes[-1] * _GROWTH)
    return [*(size for size in sizes if size < largest), largest]


def _why_not(answer: Answer, visit: Visit, size: int) -> Finding:
    if answer.status == 400 and visit.memory_limit is not None and size > visit.memory_limit:
        return problems.BODY_READ.found(diagnosis.shown(answer))
    return diagnosis.of_refusal(answer, visit)


def _limit(size: int, passed: int, wanted: int, what: str) -> Finding:
    sizes = {"passed": megabytes(passed), "size": megabytes(size), "what": what}
    needed = wanted // MEBIBYTE + 1
    return problems.BODY_LIMIT.found(
        _("%(passed)s got through, %(size)s did not: %(what)s") % sizes,
        megabytes=needed,
        bytes=needed * MEBIBYTE,
        passed=max(passed, _SMALLEST),
    )


def megabytes(size: int) -> str:
    return _("%(count)s MB") % {"count": f"{size / MEBIBYTE:.3g}"}


def upload_cyrillic_name(visit: Visit) -> Iterator[Finding]:
    """Put the letters on the wire as they are: 1C does not encode the name of a file (protocol.md, 2.1)."""
    try:
        answer = visit.upload(CYRILLIC_NAME, 1)
    except TransferError as error:
        if not error.partial:
            raise
        yield problems.CYRILLIC_NAMES.found(_("the connection broke off"))
        return
    finally:
        visit.forget_uploads()
    if read(answer).succeeded:
        yield ok(_("they arrive"))
    elif answer.status == 400:
        yield problems.CYRILLIC_NAMES.found(diagnosis.shown(answer))
    else:
        yield diagnosis.of_refusal(answer, visit)
