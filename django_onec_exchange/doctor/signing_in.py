"""Probes of who comes in, and whether the site knows the caller again."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..simulator import Answer, ExchangeStoppedError, read_authorisation
from . import diagnosis, problems
from .findings import Finding, ok, skipped
from .visit import CHECKAUTH, INIT, Stage, Visit, asks_for_credentials, read

_REPEATS = 3  # calls of one session: several machines may share the work


def sign_in(visit: Visit) -> Iterator[Finding]:
    """Play ``checkauth`` with the account's name and password, once: a wrong one counts at the brake."""
    if not visit.username:
        yield skipped(_("needs --user and --password-env"))
        return
    answer = visit.ask(CHECKAUTH, basic=True)
    try:
        visit.authorisation = read_authorisation(read(answer))
    except ExchangeStoppedError:
        yield _why_not(answer, visit)
        return
    visit.stage = Stage.SIGNED_IN
    yield ok(_("signed in"))


def _why_not(answer: Answer, visit: Visit) -> Finding:
    if not asks_for_credentials(answer):
        return diagnosis.of_refusal(answer, visit)
    problem = problems.AUTHORIZATION_STRIPPED if visit.password_is_right else problems.SIGN_IN_REFUSED
    return problem.found(f"HTTP {answer.status}")


def stay_signed_in(visit: Visit) -> Iterator[Finding]:
    """Call as 1C does, with cookie and credentials; then with the cookie alone, and with ``sessid`` alone."""
    answer = visit.ask(INIT, basic=True, cookie=True)
    if not _is_answered(answer):
        visit.stage = Stage.FOUND  # nothing that follows could be answered either
        yield diagnosis.of_refusal(answer, visit)
        return
    visit.parameters = answer
    answers = (visit.ask(INIT, cookie=True) for _number in range(_REPEATS))
    refused = next((answer for answer in answers if not _is_answered(answer)), None)
    if refused is None:
        yield ok(_("the cookie comes back"))
    elif asks_for_credentials(refused):
        yield problems.COOKIE_STRIPPED.found()
    else:
        yield diagnosis.of_refusal(refused, visit)
    token = visit.authorisation.session_id if visit.authorisation else ""
    if not _is_answered(visit.ask(f"{INIT}&sessid={token}")):
        yield problems.SESSID_LOST.found()


def _is_answered(init: Answer) -> bool:
    return read(init).first_line.startswith("zip=")


def look_for_caches(visit: Visit) -> Iterator[Finding]:
    """Ask the same again: each ``checkauth`` has another token, and nobody gets an answer without credentials."""
    answer = visit.ask(CHECKAUTH, basic=True)
    again = read(answer)
    if not again.succeeded:
        yield _why_not(answer, visit)
    elif visit.authorisation is not None and again.line(3) == visit.authorisation.cookie_value:
        yield problems.CACHED.found(_("two calls got the same token"))
    elif _is_answered(visit.ask(INIT)):
        yield problems.CACHED.found(_("a call without name and password got an answer"))
    elif answer.header("Age", "0").strip("0 "):
        yield problems.CACHED.found(f"Age: {answer.header('Age')}")
    elif "no-store" not in answer.header("Cache-Control"):
        yield problems.CACHE_CONTROL_LOST.found(f"Cache-Control: {answer.header('Cache-Control') or '—'}")
    else:
        yield ok(_("nothing is cached"))
