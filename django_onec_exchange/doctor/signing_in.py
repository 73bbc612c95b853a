"""Probes of who comes in, and whether the site knows the caller again."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..simulator import Answer, ExchangeStoppedError, read_authorisation
from . import diagnosis, problems
from .findings import Finding, ok
from .visit import CHECKAUTH, INIT, Stage, Visit, read, refusal_of

_REPEATS = 3  # calls of one session: several machines may share the work


def sign_in(visit: Visit) -> Iterator[Finding]:
    """Play ``checkauth`` with the account's name and password, once: a wrong one counts at the brake."""
    answer = visit.ask(CHECKAUTH, basic=True)
    try:
        visit.authorisation = read_authorisation(read(answer))
    except ExchangeStoppedError:
        yield _why_not(answer, visit)
        return
    visit.stage = Stage.SIGNED_IN
    yield ok(_("signed in"))


def _why_not(answer: Answer, visit: Visit) -> Finding:
    refusal = refusal_of(read(answer))
    if refusal is None or refusal[0] != "not-authenticated":
        return diagnosis.of_refusal(answer, visit)
    problem = problems.AUTHORIZATION_STRIPPED if visit.password_is_right else problems.SIGN_IN_REFUSED
    return problem.found(f"HTTP {answer.status}")


def stay_signed_in(visit: Visit) -> Iterator[Finding]:
    """Call with the cookie alone, then with ``sessid`` alone."""
    for _number in range(_REPEATS):
        answer = visit.ask(INIT, cookie=True)
        if read(answer).first_line.startswith("zip="):
            visit.parameters = answer
            continue
        refusal = refusal_of(read(answer))
        is_stranger = refusal is not None and refusal[0] == "not-authenticated"
        yield problems.COOKIE_STRIPPED.found() if is_stranger else diagnosis.of_refusal(answer, visit)
        break
    else:
        yield ok(_("the cookie comes back"))
    token = visit.authorisation.session_id if visit.authorisation else ""
    if not read(visit.ask(f"{INIT}&sessid={token}")).first_line.startswith("zip="):
        yield problems.SESSID_LOST.found()


def look_for_caches(visit: Visit) -> Iterator[Finding]:
    """Ask the same again: each ``checkauth`` has another token, and nobody gets an answer without credentials."""
    answer = visit.ask(CHECKAUTH, basic=True)
    again = read(answer)
    same = visit.authorisation is not None and again.line(3) == visit.authorisation.cookie_value
    given_away = not same and read(visit.ask(INIT)).first_line.startswith("zip=")
    age = answer.header("Age", "0").strip()
    if same:
        yield problems.CACHED.found(_("two calls got the same token"))
    elif given_away:
        yield problems.CACHED.found(_("a call without name and password got an answer"))
    elif age.isdecimal() and int(age) > 0:
        yield problems.CACHED.found(f"Age: {age}")
    elif "no-store" not in answer.header("Cache-Control"):
        yield problems.CACHE_CONTROL_LOST.found(f"Cache-Control: {answer.header('Cache-Control') or '—'}")
    else:
        yield ok(_("nothing is cached"))
