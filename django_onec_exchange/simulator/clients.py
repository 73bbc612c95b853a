"""What every emulated 1C does: log in, ask, load, confirm, send, and keep a log of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from time import monotonic, sleep
from typing import TypedDict

from .archives import unpack_orders
from .bodies import Portion, Source, opened, size_of, spans
from .documents import ReceivedOrder
from .errors import ExchangeStoppedError, SimulatorError, TransferError
from .infobase import Infobase, Progress
from .profiles import Profile
from .replies import (
    NO_LIMIT,
    Authorisation,
    Parameters,
    Reply,
    need_success,
    read_authorisation,
    read_parameters,
    read_reply,
)
from .reports import SHOWN, ExchangeReport, Step, UploadReport, first_line_of
from .transports import Answer, Transport
from .uploads import Files, Upload

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
    retries: int
    max_polls: int
    on_progress: Progress | None


class OneCClient:
    """Base of the clients: one object is one 1C node, with its base and its login.

    Each step is a method, so a test may repeat, skip or reorder them; ``fetch_orders``,
    ``send_orders`` and ``send_catalog`` play a whole operation.

    ``use_basic=False`` sends Basic credentials with ``checkauth`` only, ``use_cookie=False`` never
    sends the cookie.  ``credentials_encoding`` is "utf-8" or "cp1251".
    ``zip=True`` asks ``query`` for ``zip=yes``, as some sites' own tools do and no stock client does.

    ``retries`` is the node's КоличествоПовторов: how often a failed sending is tried again in the same
    run.  ``max_polls`` bounds how often ``import`` of one file may be answered with ``progress``; a
    real 1C knows no bound and would hang.  ``on_progress`` is told a kind and a number: "bytes" of a
    reply; "documents" and "orders" to load and loaded; "size" and "sent" of files in bytes; "imports"
    and "imported" files; "polls" of one import.
    """

    profile: Profile
    seconds_before_import: float = 0  # UT and Retail ask in a tight loop

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
        retries: int = 0,
        max_polls: int = 1000,
        on_progress: Progress | None = None,
    ) -> None:
        self.transport = transport
        self.infobase = infobase if infobase is not None else Infobase()
        self.use_cookie = use_cookie
        self.use_basic = use_basic
        self.user_agent = user_agent
        self.zip = zip
        self.retries = retries
        self.max_polls = max_polls
        self.on_progress = on_progress
        self.type = "sale"
        self.authorisation: Authorisation | None = None
        credentials = f"{username}:{password}".encode(credentials_encoding)
        self._basic = f"Basic {b64encode(credentials).decode()}" if username or password else ""
        self._start()

    def _start(self) -> None:
        """Forget the operation before; the base keeps what it has."""
        self.authorisation = None
        self.parameters: Parameters | None = None
        self.polls: dict[str, list[str]] = {}  # by file: what each ``progress`` said
        self.steps: list[Step] = []
        self.received: list[ReceivedOrder] = []
        self.warnings: list[str] = []
        self.confirmed = False
        self._sent = 0
        self._warnings_before = len(self.infobase.warnings)

    # --- the steps

    def checkauth(self, type: str = "sale") -> Authorisation:
        """Log in; what follows is of this type, "sale" or "catalog", as each operation logs in anew.

        Raises ExchangeStoppedError if the site refuses, TransferError without a reply.
        """
        self.type = type
        self.authorisation = self.parameters = None
        self.polls.clear()
        self._sent = 0
        self.authorisation = read_authorisation(self._ask("checkauth", self._query("checkauth")))
        self.warnings += self.authorisation.warnings()
        return self.authorisation

    def init(self) -> Parameters:
        """Ask for the parameters of the exchange.  Raises ExchangeStoppedError, TransferError."""
        self.parameters = self._read_parameters(self._ask("init", self._query("init", self._declared_version())))
        return self.parameters

    def query(self) -> tuple[ReceivedOrder, ...]:
        """Ask for orders and load the reply; return what stays in the base.

        Raises ReadError if this 1C cannot load it (the base is as before, except after
        LoadingStoppedError), TransferError if no complete reply came.
        """
        extra = "zip=yes" if self.zip else ""
        answer = self._send("query", self._query("query", extra))
        document = unpack_orders(answer) if self.zip else self._text_of("query", answer)
        before = len(self.received)

        def tell(kind: str, count: int) -> None:
            self._tell(kind, before + count)

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

    def file(self, name: str, body: bytes | Portion) -> None:
        """Send one request with a file or a part of it.  Raises ExchangeStoppedError, TransferError."""
        reply = self._ask("file", self._query("file", f"filename={name}"), body)
        need_success(reply, f"file {name}")
        if reply.reason:
            self._warn(f"file {name}: the site added «{reply.reason}», which 1C only logs.")

    def upload(self, name: str, source: Source) -> None:
        """Send a whole file, in parts no larger than the ``file_limit`` of the last ``init``.

        Raises ExchangeStoppedError or TransferError at the first part that was not taken.
        """
        limit = self.parameters.file_limit if self.parameters is not None else NO_LIMIT
        if limit == NO_LIMIT:
            self._warn("No file_limit is known from init: nothing is split.")
        with opened(source) as file:
            for start, size in spans(size_of(source), limit):
                self.file(name, Portion(file, start, size, self._count_sent))

    def import_file(self, name: str) -> None:
        """Ask to process a file, as often as the answer is ``progress``.

        Raises ExchangeStoppedError for any answer but ``success`` in the end, TransferError.
        """
        said = self.polls[name] = []
        for _ in range(self.max_polls):
            sleep(self.seconds_before_import)
            reply = self._ask("import", self._query("import", f"filename={name}"))
            if reply.first_line != "progress":
                need_success(reply, f"import of {name}")
                return
            said.append(reply.reason)
            self._tell("polls", len(said))
        raise ExchangeStoppedError(
            f"import of {name} was answered with progress {self.max_polls} times; a real 1C would ask for ever."
        )

    # --- whole operations

    def send_orders(self, files: Files) -> UploadReport:
        """Send order documents as this 1C does: log in, init, send, import.  Never raises what 1C would log."""
        return self._send_files("sale", files)

    def send_catalog(self, files: Files) -> UploadReport:
        """The same for one portion of a catalogue, pictures included."""
        return self._send_files("catalog", files)

    def _send_files(self, type: str, files: Files, finish: Callable[[], None] | None = None) -> UploadReport:
        self._start()
        upload = Upload(
            self, type, self._in_order(dict(files)), imports=self._imports(type), tell=self._tell, finish=finish
        )
        error = upload.run(retries=self.retries)
        return UploadReport(
            profile=self.profile.name,
            type=type,
            steps=tuple(self.steps),
            files=upload.outcome(),
            attempts=upload.attempts,
            warnings=tuple(self.warnings),
            error=error,
        )

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

    def _imports(self, type: str) -> bool:
        """Whether ``import`` follows the sending of files of this type."""
        return True

    def _in_order(self, files: Mapping[str, Source]) -> Mapping[str, Source]:
        """The files in the order in which they are sent: as given, unless this 1C sorts them."""
        return files

    def _declared_version(self) -> str:
        """The parameter of ``init`` that declares a version, "" for clients that declare none."""
        return ""

    def _read_parameters(self, reply: Reply) -> Parameters:
        return read_parameters(reply, exactly_two_lines=True)

    def _query(self, mode: str, extra: str = "") -> str:
        """The text behind the question mark: ``type``, ``mode``, then the rest (UT 3875)."""
        return "&".join(filter(None, (f"type={self.type}", f"mode={mode}", extra, self._session_parameter())))

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

    def _ask(self, mode: str, query: str, body: bytes | Portion | None = None) -> Reply:
        return read_reply(self._send(mode, query, body), repairs_decoding=self.profile.repairs_decoding)

    def _text_of(self, mode: str, answer: Answer) -> str:
        reply = read_reply(answer, repairs_decoding=self.profile.repairs_decoding)
        if reply.first_line.startswith("failure"):
            raise ExchangeStoppedError(
                f"The site answered {mode} with failure: {(reply.reason or 'no reason').rstrip('.')}."
            )
        if reply.decoded_again:
            self.warnings.append(
                f"The reply held U+FFFD, so all of it was decoded again as {reply.decoded_again}."
            )
        if answer.status == UNAUTHORISED:
            raise ExchangeStoppedError("The site does not know the login any more (HTTP 401).")
        return reply.text

    def _send(self, mode: str, query: str, body: bytes | Portion | None = None) -> Answer:
        """GET, or POST if there is a body to send, even an empty one."""
        started, shown_query = monotonic(), self._without_secrets(query)
        length = 0 if body is None else len(body) if isinstance(body, bytes) else body.size
        try:
            if body is None:
                answer = self.transport.send("GET", query, headers=self._headers())
            else:
                answer = self.transport.send("POST", query, headers=self._headers(), body=body)
        except TransferError:
            self.steps.append(Step(mode, shown_query, None, "", monotonic() - started, 0, length))
            raise
        seconds, size = monotonic() - started, len(answer.body)
        shown = first_line_of(answer.body)
        self.steps.append(Step(mode, shown_query, answer.status, shown, seconds, size, length))
        if answer.redirect:
            self._warn(f"{mode}: {answer.redirect}.")
        elif answer.status != OK:
            self._warn(f"{mode}: HTTP {answer.status}; 1C logs it and reads the body all the same.")
        self._tell("bytes", size)
        return answer

    def _count_sent(self, count: int) -> None:
        self._sent += count
        self._tell("sent", self._sent)

    def _tell(self, kind: str, count: int) -> None:
        if self.on_progress is not None:
            self.on_progress(kind, count)

    def _warn(self, text: str) -> None:
        """Note something once, however many parts or polls it is said of."""
        if text not in self.warnings:
            self.warnings.append(text)

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
