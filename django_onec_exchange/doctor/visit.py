"""One visit to the address: calls as 1C makes them, and what they told so far."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import IntEnum
from io import BytesIO
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext, override

from ..models import DOCTOR_AGENT
from ..protocol.errors import ExchangeError, NoCredentials, NotAuthenticated
from ..simulator import (
    Answer,
    Authorisation,
    ExchangeStoppedError,
    HttpTransport,
    Portion,
    Reply,
    TransferError,
    read_parameters,
    read_reply,
)
from ..simulator.transports import DEFAULT_SCRIPT

CHECKAUTH = "type=catalog&mode=checkauth"  # what 1C's own test of the connection asks
INIT = "type=catalog&mode=init"  # forgets what the session uploaded, nothing else
FILE = "type=catalog&mode=file&filename="  # stored, and never imported unless ``import`` is asked for

_UPLOAD_TIME = 180  # seconds for one upload, as UT has for each call
_JUNK = "\ufeff \t\r\n"  # what may stand before an answer
_LANGUAGES = ("en", "ru")  # the sentences of the exchange are translated into


class Stage(IntEnum):
    """How far the visit came."""

    NOWHERE = 0
    ANSWERED = 1  # something speaks HTTP
    FOUND = 2  # it is the exchange
    SIGNED_IN = 3


@dataclass
class Visit:
    """What the probes share.  ``username`` "" asks only what needs no account."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30  # seconds for each call; an upload has more
    file_limit: int | None = None  # bytes, as the settings here say; None: they are not the site's
    memory_limit: int | None = None  # bytes: DATA_UPLOAD_MAX_MEMORY_SIZE of the settings here
    password_is_right: bool | None = None  # by the database here; None: it does not tell
    on_sent: Callable[[int], None] = lambda count: None  # is told of each piece of a body, in bytes

    stage: Stage = Stage.NOWHERE
    greeting: Answer = field(default_factory=lambda: Answer(0))  # the answer to a call without credentials
    authorisation: Authorisation | None = field(default=None, repr=False)
    parameters: Answer | None = None  # the answer to ``init``
    slowest: float = 0.0  # seconds
    clock_difference: timedelta | None = None  # the smallest seen
    patience: float = 0.0  # seconds that the last call was waited for

    def __post_init__(self) -> None:
        self._calls = HttpTransport(self.url, self.timeout)  # raises ValueError
        self._uploads = HttpTransport(self.url, max(self.timeout, _UPLOAD_TIME))
        address = self.url.replace(" ", "").replace("\\", "/")
        self.address: SplitResult = urlsplit(address if "://" in address else f"http://{address}")

    @property
    def host(self) -> str:
        return host_of(self.address)

    @property
    def path(self) -> str:
        """The path that is asked for; 1C has one of its own for a bare host."""
        return self.address.path if self.address.path.strip("/") else DEFAULT_SCRIPT

    @property
    def limit_told(self) -> int:
        """Bytes that the site takes in one request, as ``init`` says; 0 or less if it cannot be read."""
        try:
            parameters = read_parameters(read(self.parameters or Answer(0)), exactly_two_lines=False)
        except ExchangeStoppedError:
            return 0
        return parameters.file_limit

    def ask(self, query: str, *, basic: bool = False, cookie: bool = False) -> Answer:
        """Send a GET.  Raises TransferError if no whole answer comes."""
        self.patience = self._calls.timeout
        begun, started = datetime.now(UTC), monotonic()
        answer = self._calls.send("GET", query, headers=self._headers(basic, cookie))
        self.slowest = max(self.slowest, monotonic() - started)
        self._compare_clocks(answer, begun)
        return answer

    def upload(self, name: str, size: int) -> Answer:
        """Send a file of blanks under a name that 1C would not use.  Raises TransferError."""
        self.patience = self._uploads.timeout
        body = Portion(_Blanks(), 0, size, self.on_sent)
        return self._uploads.send("POST", FILE + name, headers=self._headers(True, True), body=body)

    def forget_uploads(self) -> None:
        """Let the site remove what this visit uploaded."""
        if self.stage is Stage.SIGNED_IN:
            with suppress(TransferError):
                self._calls.send("GET", INIT, headers=self._headers(True, True))

    def _headers(self, basic: bool, cookie: bool) -> dict[str, str]:
        headers = {"User-Agent": DOCTOR_AGENT}
        if basic:
            credentials = b64encode(f"{self.username}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {credentials}"
        if cookie and self.authorisation is not None:
            headers["Cookie"] = f"{self.authorisation.cookie_name}={self.authorisation.cookie_value}"
        return headers

    def _compare_clocks(self, answer: Answer, begun: datetime) -> None:
        try:
            told = parsedate_to_datetime(answer.header("Date"))
        except ValueError:
            return
        middle = begun + (datetime.now(UTC) - begun) / 2
        difference = (told.replace(tzinfo=UTC) if told.tzinfo is None else told) - middle
        if self.clock_difference is None or abs(difference) < abs(self.clock_difference):
            self.clock_difference = difference


class _Blanks(BytesIO):
    """A body of any size that takes no memory."""

    def read(self, size: int | None = -1, /) -> bytes:
        return b" " * (size or 0)


def host_of(address: SplitResult) -> str:
    """Return the host as it is called: in ASCII, also a name in Cyrillic."""
    name = address.hostname or ""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def read(answer: Answer) -> Reply:
    """Return what the site meant, without what a server on the way put before or behind it.

    No short reply of the exchange holds a "<".
    """
    reply = read_reply(answer)
    return replace(reply, text=reply.text.lstrip(_JUNK).partition("<")[0].rstrip())


def refusal_of(reply: Reply) -> tuple[str, str] | None:
    """Return code and sentence of the exchange's own refusal; None for any other answer."""
    if reply.first_line != "failure":
        return None
    sentence = " ".join(reply.line(2).split())
    for language in _LANGUAGES:
        for error in _errors():
            if re.fullmatch(_pattern(error, language), sentence):
                return error.code, sentence
    return None


def asks_for_credentials(answer: Answer) -> bool:
    """Tell whether it is the exchange's own answer to wrong credentials, or to none."""
    refusal = refusal_of(read(answer))
    return refusal is not None and refusal[0] in (NotAuthenticated.code, NoCredentials.code)


def _errors(parent: type[ExchangeError] = ExchangeError) -> Iterator[type[ExchangeError]]:
    for error in parent.__subclasses__():
        yield error
        yield from _errors(error)


def _pattern(error: type[ExchangeError], language: str) -> str:
    with override(language):
        message = gettext(error.message)
    return re.sub(r"%\\\(\w+\\\)s", ".*", re.escape(message))
