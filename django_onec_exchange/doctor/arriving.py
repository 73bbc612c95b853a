"""Probes of the address and of the way to it: does a call reach the exchange?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from . import diagnosis, problems
from .findings import Finding, ok
from .visit import CHECKAUTH, Stage, Visit, asks_for_credentials

_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def look_at_address(visit: Visit) -> Iterator[Finding]:
    """Judge what would be entered in 1C, before anything is asked."""
    address = visit.address
    if "?" in visit.url or "#" in visit.url:
        yield problems.QUESTION_MARK.found()
    if address.path != visit.path:
        yield problems.BARE_HOST.found(path=visit.path)
    if address.scheme == "http" and visit.host not in _OWN_MACHINE:
        yield problems.PLAIN_HTTP.found()
    else:
        yield ok(f"{address.scheme}://{visit.host}")


def connect(visit: Visit) -> Iterator[Finding]:
    """Call once, without credentials."""
    visit.greeting = visit.ask(CHECKAUTH)
    visit.stage = Stage.ANSWERED
    seen = {"status": visit.greeting.status, "seconds": f"{visit.slowest:.2f}"}
    yield ok(_("HTTP %(status)s after %(seconds)s s") % seen)


def recognise(visit: Visit) -> Iterator[Finding]:
    """Tell whether it was the exchange that answered: it asks for credentials in words of its own."""
    if not asks_for_credentials(visit.greeting):
        yield diagnosis.of_refusal(visit.greeting, visit)
        return
    visit.stage = Stage.FOUND
    if visit.greeting.header("WWW-Authenticate").lower().startswith("basic"):
        yield ok(_("it asks for name and password"))
    else:
        yield problems.NO_CHALLENGE.found()
