"""How 1C turns an HTTP reply into text, and what it takes from the short replies.

The status code is not looked at: a 500 whose first line is ``success`` is a success, a login page
with 200 is not (UT 11.5, ОбменССайтом 6303, 6489; UNF 11388).  Lines end with LF only; the first
one is trimmed and lower-cased, the others are taken as they are, carriage returns included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import ExchangeStoppedError
from .reports import shown_line, without_session
from .transports import Answer

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
SESSID = "sessid="
SHORTEST_AUTHORISATION = 3  # lines: success, cookie name, cookie value
UNVERSIONED_INIT = 2  # lines: zip, file_limit
NO_LIMIT = -1
LONGEST_SHOWN = 255  # UNF shows the user a refusal below this length (UNF 11519)


@dataclass(frozen=True)
class Reply:
    """A reply body as the text 1C evaluates."""

    status: int
    text: str
    decoded_again: str = ""  # the charset of UNF's second round, "" if there was none
    redirect: str = ""  # a sentence about where 1C does not go, "" if the site sent it nowhere

    @property
    def first_line(self) -> str:
        """The line that decides, trimmed and in lower case."""
        return self.line(1).strip().lower()

    @property
    def line_count(self) -> int:
        """Number of LF plus one: a trailing LF is one more line."""
        return self.text.count("\n") + 1

    @property
    def is_empty(self) -> bool:
        """No answer, to 1C: blanks count as nothing."""
        return not self.text.strip()

    @property
    def succeeded(self) -> bool:
        return self.first_line == "success"

    @property
    def reason(self) -> str:
        """What the site says after its first line, as far as a person would be shown it."""
        told = " ".join(self.text.split("\n")[1:]).strip()
        return without_session(told) if 0 < len(told) < LONGEST_SHOWN and "<" not in told else ""

    def line(self, number: int) -> str:
        """Line ``number``, counted from 1, untrimmed; "" beyond the last."""
        lines = self.text.split("\n")
        return lines[number - 1] if number <= len(lines) else ""


def read_reply(answer: Answer, *, repairs_decoding: bool = False) -> Reply:
    """Decode a reply by the ``charset`` of its Content-Type, else as UTF-8.

    The XML declaration plays no part, and a BOM stays in the text.  With ``repairs_decoding`` a
    U+FFFD in the text starts UNF's second round (UNF 11394): the header's charset, windows-1251,
    UTF-8, the first without a U+FFFD wins; so one such character spoils a whole UTF-8 reply.
    """
    text = _decoded(answer.body, _charset(answer.content_type)) or answer.body.decode("utf-8", "replace")
    if repairs_decoding and REPLACEMENT in text:
        last_word = answer.content_type.rpartition("charset=")[2]  # all that follows, as UNF cuts it
        for charset in (last_word, "windows-1251", "utf-8"):
            again = _decoded(answer.body, charset)
            if again and REPLACEMENT not in again:
                return Reply(answer.status, again, charset, redirect=answer.redirect)
    return Reply(answer.status, text, redirect=answer.redirect)


def _charset(content_type: str) -> str:
    found = re.search(r"charset=([^;\s]+)", content_type, re.IGNORECASE)
    return found[1].strip("\"'") if found else "utf-8"


def _decoded(body: bytes, charset: str) -> str | None:
    if charset.lower() in ("windows-1251", "cp1251"):
        # the platform's table knows the one byte Python's does not
        return body.decode("cp1251", "surrogateescape").replace("\udc98", "\x98")
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return None


@dataclass(frozen=True)
class Authorisation:
    """What ``checkauth`` gave for the rest of the operation; names and values as they came."""

    cookie_name: str
    cookie_value: str
    line_four: str  # "" if the site sent three lines
    line_five: str = ""

    @property
    def session_id(self) -> str:
        """The token without the literal ``sessid=``, which UT cuts out and adds again (UT 5991)."""
        return self.line_four.replace(SESSID, "")

    @property
    def timestamp(self) -> str:
        """The site's clock, which Bitrix names for a later ``deactivate``; "" if it named none."""
        name, found, value = self.line_five.partition("=")
        return value.strip() if found and name.strip().lower() == "timestamp" else ""

    def warnings(self) -> list[str]:
        """What would get into headers and addresses because 1C does not trim these lines."""
        found = []
        for number, line in ((2, self.cookie_name), (3, self.cookie_value), (4, self.line_four)):
            if line != line.strip():
                found.append(
                    f"checkauth: line {number} has blanks or a carriage return at its ends; 1C keeps them."
                )
        if self.line_four and not self.line_four.startswith(SESSID):
            found.append("checkauth: line 4 does not start with sessid=.")
        elif set(self.session_id.strip()) & set(" &+#?="):
            found.append("checkauth: the sessid holds a character that is not safe in an address.")
        return found


def read_authorisation(reply: Reply) -> Authorisation:
    """Take the cookie and the sessid from the reply to ``checkauth``.

    Raises ExchangeStoppedError if the first line is not ``success`` or the cookie is missing.
    """
    if not reply.succeeded:
        raise ExchangeStoppedError(_refusal(reply))
    if reply.line_count < SHORTEST_AUTHORISATION or not reply.line(2) or not reply.line(3):
        raise ExchangeStoppedError("checkauth answered success without the name and value of a cookie.")
    return Authorisation(reply.line(2), reply.line(3), reply.line(4), reply.line(5))


@dataclass(frozen=True)
class Parameters:
    """What ``init`` answered."""

    zip: bool
    file_limit: int  # bytes; -1: no limit could be read, nothing is split
    version: str = ""  # "" if the site named none
    session_id: str = ""


def read_parameters(reply: Reply, *, exactly_two_lines: bool, at_least: int = UNVERSIONED_INIT) -> Parameters:
    """Read the reply to ``init``.

    ``exactly_two_lines`` is UT's and Retail's rule when no version was declared: a trailing LF is
    a third line and fails (UT 6057).  Raises ExchangeStoppedError.
    """
    if reply.is_empty:
        raise ExchangeStoppedError("init was not answered.")
    if exactly_two_lines and reply.line_count != UNVERSIONED_INIT:
        raise ExchangeStoppedError(
            f"init must be answered with exactly 2 lines, {reply.line_count} came: "
            "the parameters of the exchange are not known."
        )
    if reply.line_count < at_least:
        raise ExchangeStoppedError(_told(f"init was answered with fewer than {at_least} lines", reply))
    further = dict(line.partition("=")[::2] for line in reply.text.split("\n")[2:])
    return Parameters(
        zip=reply.first_line == "zip=yes",
        file_limit=_limit(reply.line(2)),
        version=further.get("version", "").strip(),
        session_id=further.get("sessid", ""),
    )


def need_success(reply: Reply, subject: str) -> None:
    """Take nothing but ``success`` for an answer about ``subject`` (UT 6140-6176).

    Raises ExchangeStoppedError.
    """
    if reply.succeeded:
        return
    if reply.is_empty:
        raise ExchangeStoppedError(f"{subject} was not answered.")
    if reply.first_line == "failure":
        raise ExchangeStoppedError(f"The site refused {subject}: {(reply.reason or 'no reason').rstrip('.')}.")
    raise ExchangeStoppedError(_told(f"{subject} was answered with what 1C takes for a failure", reply))


def _limit(line: str) -> int:
    found = re.fullmatch(r"\s*file_limit\s*=\s*(\d+)\s*", line, re.IGNORECASE)
    return int(found[1]) if found else NO_LIMIT


def _refusal(reply: Reply) -> str:
    """Why 1C was not let in, in the site's words unless they may be the cookie of a garbled success."""
    if reply.first_line.startswith("failure") and SESSID not in reply.text:
        return _told("The site did not let 1C in", reply)
    return _told("The site did not let 1C in", Reply(reply.status, reply.line(1), redirect=reply.redirect))


def _told(what: str, reply: Reply) -> str:
    if reply.redirect:
        return f"{what}: {reply.redirect}."
    shown = reply.reason or shown_line(reply.line(1)) or "the answer is empty"
    return f"{what}: {shown} (HTTP {reply.status})."
