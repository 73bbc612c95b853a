"""Probes of what 1C sends.  The files are blanks, are never imported, and ``init`` has the site forget them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..simulator import Answer, TransferError
from ..simulator.replies import read_parameters
from . import diagnosis, problems
from .findings import Finding, ok
from .visit import Visit, read

NAME = "onec-doctor.txt"
CYRILLIC_NAME = "проверка-обмена.txt"
MEBIBYTE = 1 << 20
_SMALLEST = 1 << 16  # bytes
_LARGEST = 64 * MEBIBYTE  # no more is sent, whatever the site takes
_GROWTH = 4


def upload_growing_files(visit: Visit) -> Iterator[Finding]:
    """Send larger and larger files, up to what the site says that it takes in one request."""
    passed = 0
    for size in _sizes(visit):
        try:
            answer = visit.upload(NAME, size)
        except TransferError as error:
            if not error.partial:
                raise
            yield _limit(size, passed, _("the connection broke off"))
            return
        finally:
            visit.forget_uploads()
        if not read(answer).succeeded:
            yield _why_not(answer, visit, size, passed)
            return
        passed = size
    yield ok(_("%(size)s in one request") % {"size": megabytes(passed)})


def _sizes(visit: Visit) -> Iterator[int]:
    limit = _SMALLEST
    if visit.parameters is not None:
        limit = read_parameters(read(visit.parameters), exactly_two_lines=False).file_limit
    largest = min(limit, _LARGEST) if limit > 0 else _LARGEST
    size = _SMALLEST
    while size < largest:
        yield size
        size *= _GROWTH
    yield largest


def _why_not(answer: Answer, visit: Visit, size: int, passed: int) -> Finding:
    if answer.status == 413:
        return _limit(size, passed, diagnosis.shown(answer))
    if answer.status == 400 and visit.memory_limit is not None and size > visit.memory_limit:
        return problems.BODY_READ.found(diagnosis.shown(answer))
    return diagnosis.of_refusal(answer, visit)


def _limit(size: int, passed: int, what: str) -> Finding:
    sizes = {"passed": megabytes(passed), "size": megabytes(size), "what": what}
    needed = size // MEBIBYTE + 1
    return problems.BODY_LIMIT.found(
        _("%(passed)s got through, %(size)s did not: %(what)s") % sizes,
        megabytes=needed,
        bytes=needed * MEBIBYTE,
        passed=passed,
    )


def megabytes(size: int) -> str:
    return f"{size / MEBIBYTE:.3g} MB"


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
