"""Probes of the replies: do they come as the site gave them, and in time?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..simulator import Answer
from . import problems
from .findings import Finding, ok, skipped
from .visit import Visit

#: What the exchange answers, to the last byte (protocol.md, sections 3 and 5)
_REFUSAL = re.compile(rb"failure\n[^\n<]+")
_PARAMETERS = re.compile(rb"zip=(yes|no)\nfile_limit=\d+")
_BOM = b"\xef\xbb\xbf"
_DIFFERENCE = 60  # seconds that two clocks may differ
_PATIENCE = 3.0  # seconds for a simple answer


def look_at_bytes(visit: Visit) -> Iterator[Finding]:
    """Compare the replies byte by byte with what the exchange sends."""
    expected: list[tuple[Answer, re.Pattern[bytes]]] = [(visit.greeting, _REFUSAL)]
    if visit.parameters is not None:
        expected.append((visit.parameters, _PARAMETERS))
    for answer, pattern in expected:
        if not pattern.fullmatch(answer.body):
            yield _what_changed(answer.body, pattern)
            return
    yield ok(_("they come byte by byte"))


def _what_changed(body: bytes, pattern: re.Pattern[bytes]) -> Finding:
    found = pattern.search(body)
    if found is None:
        return problems.REPLY_REWRITTEN.found()
    before, behind = body[: found.start()], body[found.end() :]
    if before.startswith(_BOM):
        return problems.LEADING_BYTES.found(what=_("the mark of UTF-8, BOM"))
    if before and not before.strip():
        return problems.LEADING_BYTES.found(what=_("blanks or an empty line"))
    if before:
        return problems.LEADING_BYTES.found(what=_("%(count)d bytes") % {"count": len(before)})
    return problems.REPLY_REWRITTEN.found(_("%(count)d bytes more at the end") % {"count": len(behind)})


def look_at_charset(visit: Visit) -> Iterator[Finding]:
    """The reply says its encoding, last in Content-Type, where UNF looks for it (protocol.md, section 2.3)."""
    type_ = visit.greeting.content_type
    charset = type_.rpartition("charset=")[2].strip().lower() if "charset=" in type_ else ""
    decodes = _decodes(visit.greeting.body, charset or "utf-8")
    if charset in ("utf-8", "windows-1251") and decodes:
        yield ok(type_)
    elif not charset and decodes:
        yield ok(_("UTF-8, without being named"))
    else:
        yield problems.CHARSET_CHANGED.found(f"Content-Type: {type_ or '—'}")


def _decodes(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def compare_settings(visit: Visit) -> Iterator[Finding]:
    """Tell whether the site runs with the settings that this command has."""
    told = visit.limit_told
    if told <= 0:
        yield skipped(_("the site's limit cannot be read"))
    elif visit.file_limit is not None and told != visit.file_limit:
        yield problems.OTHER_SETTINGS.found(told=told, here=visit.file_limit)
    else:
        yield ok(f"file_limit={told}")


def look_at_clock(visit: Visit) -> Iterator[Finding]:
    if visit.clock_difference is None:
        yield ok(_("the site does not say its time"))
        return
    seconds = round(visit.clock_difference.total_seconds())
    if abs(seconds) > _DIFFERENCE:
        yield problems.CLOCK.found(seconds=f"{seconds:+d}")
    else:
        yield ok(_("the clocks agree"))


def look_at_speed(visit: Visit) -> Iterator[Finding]:
    seconds = f"{visit.slowest:.1f}"
    if visit.slowest > _PATIENCE:
        yield problems.SLOW.found(seconds=seconds)
    else:
        yield ok(_("%(seconds)s s at most") % {"seconds": seconds})
