"""What every emulated 1C does: log in, ask, load, confirm, and keep a log of it."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from time import monotonic
from typing import TypedDict

from .archives import unpack_orders
from .documents import ReceivedOrder
from .errors import ExchangeStoppedError, SimulatorError, TransferError
from .infobase import Infobase, Progress
from .profiles import Profile
from .replies import Authorisation, Parameters, Reply, read_authorisation, read_parameters, read_reply
from .reports import SHOWN, ExchangeReport, Step, first_line_of
from .transports import Answer, Transport

USER_AGENT = "1C+Enterprise/8.3"  # the platform's own; module code sets none
OK = 200
UNAUTHORISED = 401


class ClientOptions(TypedDict, total=False):
    """The keyword arguments every client takes; see OneCClient."""

    username: str
    password: str
    infobase: Infobase | None
    use_cookie: bool
    use_basic: bool
    credentials_encoding: str
    user_agent: str
    zip: bool
    on_progress: Progress | None


class OneCClient:
    """Base of the clients: one object is one 1C node, with its base and its login.

    Each step is a method, so a test may repeat, skip or reorder them; ``fetch_orders`` plays the
    whole operation.  ``use_basic=False`` sends Basic credentials with ``checkauth`` only,
    ``use_cookie=False`` never sends the cookie.  ``credentials_encoding`` is "utf-8" or "cp1251".
    ``zip=True`` asks for ``zip=yes``, as some sites' own tools do and no stock client does.
    """

    profile: Profile

    def __init__(
        self,
        transport: Transport,
        *,
        username: str = "",
        password: str = "",
        infobase: Infobase | None = None,
        use_cookie: bool = True,
        use_basic: bool = True,
        credentials_encoding: str = "utf-8",
        user_agent: str = USER_AGENT,
        zip: bool = False,
        on_progress: Progress | None = None,
    ) -> None:
        self.transport = transport
        self.infobase = infobase if infobase is not None else Infobase()
        self.use_cookie = use_cookie
        self.use_basic = use_basic
        self.user_agent = user_agent
        self.zip = zip
        self.on_progress = on_progress
        self.authorisation: Authorisation | None = None
        credentials = f"{username}:{password}".encode(credentials_encoding)
        self._basic = f"Basic {b64encode(credentials).decode()}" if username or password else ""
        self._start()

    def _start(self) -> None:
        """Forget the operation before; the base keeps what it has."""
        self.authorisation = None
        self.steps: list[Step] = []
        self.received: list[ReceivedOrder] = []
        self.warnings: list[str] = []
        self.confirmed = False
        self._warnings_before = len(self.infobase.warnings)

    # --- the steps

    def checkauth(self) -> Authorisation:
        """Log in.  Raises ExchangeStoppedError if the site refuses, TransferError without a reply."""
        self.authorisation = None
        self.authorisation = read_authorisation(self._ask("checkauth", self._query("checkauth")))
        self.warnings += self.authorisation.warnings()
        return self.authorisation

    def init(self) -> Parameters:
        """Ask for the parameters of the exchange.  Raises ExchangeStoppedError, TransferError."""
        return read_parameters(self._ask("init", self._query("init")), exactly_two_lines=True)

    def query(self) -> tuple[ReceivedOrder, ...]:
        """Ask for orders and load the reply; return what stays in the base.

        Raises ReadError if this 1C cannot load it (the base is as before, except after
        LoadingStoppedError), TransferError if no complete reply came.
        """
        extra = "zip=yes" if self.zip else ""
        answer = self._send("query", self._query("query", extra))
        document = unpack_orders(answer) if self.zip else self._text_of(answer)
        before = len(self.received)

        def tell(kind: str, count: int) -> None:
            if self.on_progress is not None:
                self.on_progress(kind, before + count)

        result = self.infobase.load(document, self.profile, tell)
        self.received += result.orders
        if result.stopped is not None:
            raise result.stopped
        return result.orders

    def success(self) -> None:
        """Confirm what was loaded.  Raises ExchangeStoppedError where this 1C minds the reply."""
        reply = self._ask("success", self._query("success"))
        self.confirmed = reply.succeeded
        if not self.confirmed:
            self._unexpected_success(reply)

    def fetch_orders(self, *, confirm: bool = True) -> ExchangeReport:
        """Play the whole operation as this 1C does.  Never raises what a real 1C would only log.

        ``confirm=False`` ends it before ``success``, like a 1C that dies there.
        """
        self._start()
        error = None
        try:
            self._converse()
            if confirm:
                self.success()
        except SimulatorError as exc:
            error = str(exc)
        return ExchangeReport(
            profile=self.profile.name,
            steps=tuple(self.steps),
            orders=tuple(self.received),
            total=sum((order.total for order in self.received), Decimal(0)),
            warnings=(*self.warnings, *self.infobase.warnings[self._warnings_before :]),
            error=error,
            confirmed=self.confirmed,
        )

    # --- what the kinds of 1C do differently

    def _converse(self) -> None:
        """Everything up to, and without, ``success``."""
        self.checkauth()
        self.query()

    def _query(self, mode: str, extra: str = "") -> str:
        """The text behind the question mark: ``type``, ``mode``, then the rest (UT 3875)."""
        return "&".join(filter(None, ("type=sale", f"mode={mode}", extra, self._session_parameter())))

    def _session_parameter(self) -> str:
        """The parameter that names the session, "" for clients that send none."""
        return ""

    def _unexpected_success(self, reply: Reply) -> None:
        """``success`` was answered with something else: UT only minds an empty reply (UT 3950)."""
        if reply.is_empty:
            raise ExchangeStoppedError("success was not answered.")
        shown = reply.reason or reply.line(1).strip()[:SHOWN]
        self.warnings.append(f"The site answered success with «{shown}», which this 1C does not read.")

    # --- HTTP

    def _ask(self, mode: str, query: str) -> Reply:
        return read_reply(self._send(mode, query), repairs_decoding=self.profile.repairs_decoding)

    def _text_of(self, answer: Answer) -> str:
        reply = read_reply(answer, repairs_decoding=self.profile.repairs_decoding)
        if reply.first_line.startswith("failure"):
            raise ExchangeStoppedError(
                f"The site answered query with failure: {(reply.reason or 'no reason').rstrip('.')}."
            )
        if reply.decoded_again:
            self.warnings.append(
                f"The reply held U+FFFD, so all of it was decoded again as {reply.decoded_again}."
            )
        if answer.status == UNAUTHORISED:
            raise ExchangeStoppedError("The site does not know the login any more (HTTP 401).")
        return reply.text

    def _send(self, mode: str, query: str) -> Answer:
        started = monotonic()
        try:
            answer = self.transport.send("GET", query, headers=self._headers())
        except TransferError:
            self.steps.append(Step(mode, self._without_secrets(query), None, "", monotonic() - started, 0))
            raise
        seconds, size = monotonic() - started, len(answer.body)
        shown = first_line_of(answer.body)
        self.steps.append(Step(mode, self._without_secrets(query), answer.status, shown, seconds, size))
        if answer.status != OK:
            self.warnings.append(f"{mode}: HTTP {answer.status}; 1C logs it and reads the body all the same.")
        if self.on_progress is not None:
            self.on_progress("bytes", size)
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": self.user_agent}
        if self._basic and (self.use_basic or self.authorisation is None):
            headers["Authorization"] = self._basic
        if self.authorisation is not None and self.use_cookie:
            headers["Cookie"] = f"{self.authorisation.cookie_name}={self.authorisation.cookie_value}"
        return headers

    def _without_secrets(self, query: str) -> str:
        token = self.authorisation.session_id if self.authorisation is not None else ""
        return query.replace(token, "***") if token else query
