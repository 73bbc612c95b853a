"""The kinds of 1C there are: what each sends, in its order and with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Unpack

from .bodies import Portion, Source
from .clients import ClientOptions, OneCClient
from .errors import ExchangeStoppedError, TransferError
from .profiles import BITRIX_PROFILE, UNF_PROFILE, UT11_PROFILE
from .replies import SESSID, UNVERSIONED_INIT, Parameters, Reply, need_success, read_parameters
from .reports import SHOWN, UploadReport
from .siteinfo import SiteInfo, read_site_info
from .transports import Answer, Transport
from .uploads import Files


class UT11(OneCClient):
    """Trade Management 11.5: checkauth, query, load, success.  No init here, no version, ever.

    It sends files as checkauth, init, file, import, whichever they are.  ``use_session_id`` is the
    node's flag ИспользоватьИдентификаторСессии; off, as by default, only cookie and Basic name the
    session (UT 3894).  ``wait_for_import=False`` is its flag
    ВыгружатьФайлыБезОжиданияПодтвержденияИмпортаСервером: no import is asked for (UT 328).
    """

    profile = UT11_PROFILE

    def __init__(
        self,
        transport: Transport,
        *,
        use_session_id: bool = False,
        wait_for_import: bool = True,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(transport, **options)
        self.use_session_id = use_session_id
        self.wait_for_import = wait_for_import

    def _imports(self, type: str) -> bool:
        return self.wait_for_import

    def _session_parameter(self) -> str:
        if not self.use_session_id or self.authorisation is None:
            return ""
        return f"{SESSID}{self.authorisation.session_id}"


class UNF(OneCClient):
    """Small business (UNF): checkauth, query, success.

    ``bitrix=True`` is a node with the protocol of Bitrix: init before query, its content unread,
    and the fourth line of checkauth pasted into every address (UNF 11062).  ``subordinate=True``
    adds the option ПодчиненныеДокументы: that init, and each request that sends or imports a file,
    declares ``version=2.09&cmlVersion=2.10``; query and success do not (UNF 3209, 11062).

    Files go in the order of their names.  Catalogue files are imported, order files only with
    ``subordinate``; ``seconds_before_import`` pass before each import request (UNF 11282).
    """

    profile = UNF_PROFILE
    #: the requests that declare the version
    VERSIONED = frozenset(["init", "file", "import"])

    def __init__(
        self,
        transport: Transport,
        *,
        bitrix: bool = False,
        subordinate: bool = False,
        seconds_before_import: float = 5,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(transport, **options)
        self.seconds_before_import = seconds_before_import
        self.bitrix = bitrix or subordinate
        self.subordinate = subordinate
        self.profile = replace(UNF_PROFILE, reads_subordinates=subordinate)

    def info(self) -> SiteInfo:
        """What the button "Загрузить с сайта" gets; only a node with the protocol of Bitrix has it (UNF 15392).

        Raises ReadError, ExchangeStoppedError, TransferError.
        """
        if not self.bitrix:
            raise ExchangeStoppedError("Only a node with the protocol of Bitrix asks for info.")
        return read_site_info(self._text_of("info", self._send("info", self._query("info"))))

    def _converse(self) -> None:
        self.checkauth()
        if self.bitrix and self._ask("init", self._query("init")).is_empty:
            raise ExchangeStoppedError("init was not answered.")  # all it minds before query (UNF 3204)
        self.query()

    def _imports(self, type: str) -> bool:
        return type == "catalog" or self.subordinate

    def _in_order(self, files: Mapping[str, Source]) -> Mapping[str, Source]:
        return dict(sorted(files.items()))

    def _read_parameters(self, reply: Reply) -> Parameters:
        """One line will do without the protocol of Bitrix: no limit then (UNF 11103)."""
        at_least = UNVERSIONED_INIT if self.bitrix else 1
        return read_parameters(reply, exactly_two_lines=False, at_least=at_least)

    def _send(self, mode: str, query: str, body: bytes | Portion | None = None) -> Answer:
        try:
            return super()._send(mode, query, body)
        except TransferError as exc:
            # "Transferred a partial file": UNF asks once more, when it only asks (UNF 11373)
            if not exc.partial or body is not None:
                raise
            return super()._send(mode, query)

    def _query(self, mode: str, extra: str = "") -> str:
        version = "version=2.09&cmlVersion=2.10" if self.subordinate and mode in self.VERSIONED else ""
        parts = (f"type={self.type}", self._session_parameter(), version, f"mode={mode}", extra)
        return "&".join(filter(None, parts))

    def _session_parameter(self) -> str:
        return self.authorisation.line_four if self.bitrix and self.authorisation is not None else ""

    def _unexpected_success(self, reply: Reply) -> None:
        if reply.first_line.startswith("failure"):
            raise ExchangeStoppedError(f"The site refused success: {(reply.reason or 'no reason').rstrip('.')}.")
        if not reply.is_empty:
            super()._unexpected_success(reply)


class BitrixModule(OneCClient):
    """The module "1С-Битрикс. Управление сайтом": checkauth, init, query until empty, success.

    It sends files as checkauth, init, file, import; order files are imported if it declared a version.

    ``version`` is what init declares: "2.08", "2.09" or "3.1"; None declares none, and then all
    orders come in one reply.  More than ``max_pages`` replies with orders end the operation: a
    site that never answers with an empty document would keep a real 1C for ever.
    """

    profile = BITRIX_PROFILE

    def __init__(
        self,
        transport: Transport,
        *,
        version: str | None = "3.1",
        max_pages: int = 1000,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(transport, **options)
        self.version = version
        self.max_pages = max_pages

    def info(self) -> SiteInfo:
        """The statuses and services of the site, for the module's settings.

        Raises ReadError, ExchangeStoppedError, TransferError.
        """
        return read_site_info(self._text_of("info", self._send("info", self._query("info"))))

    def send_catalog(self, files: Files, *, full: bool = False) -> UploadReport:
        """Send a catalogue; after a full one tell the site to drop what was not in it, and that it is over.

        ``deactivate`` needs the timestamp of checkauth: a site that named none is not asked to.
        """
        return self._send_files("catalog", files, self._finish_catalog if full else None)

    def deactivate(self, timestamp: str | None = None) -> None:
        """Have the site drop what was not touched since ``timestamp``, by default that of checkauth.

        Raises ExchangeStoppedError, TransferError.
        """
        if timestamp is None:
            timestamp = self.authorisation.timestamp if self.authorisation is not None else ""
        need_success(self._ask("deactivate", self._query("deactivate", f"timestamp={timestamp}")), "deactivate")

    def complete(self) -> None:
        """Tell the site that the exchange is over.  Raises ExchangeStoppedError, TransferError."""
        need_success(self._ask("complete", self._query("complete")), "complete")

    def _finish_catalog(self) -> None:
        if self.authorisation is not None and self.authorisation.timestamp:
            self.deactivate()
        self.complete()

    def _imports(self, type: str) -> bool:
        return type == "catalog" or self.version is not None

    def _declared_version(self) -> str:
        return f"version={self.version}" if self.version else ""

    def _read_parameters(self, reply: Reply) -> Parameters:
        if reply.first_line.startswith("failure"):
            raise ExchangeStoppedError(f"The site refused init: {(reply.reason or 'failure').rstrip('.')}.")
        parameters = read_parameters(reply, exactly_two_lines=not self.version, at_least=UNVERSIONED_INIT)
        if self.version and not parameters.version:
            self.warnings.append("init: a version was declared, the reply names none.")
        return parameters

    def _converse(self) -> None:
        self.checkauth()
        self.init()
        if not self.version:
            self.query()
            return
        for _ in range(self.max_pages):
            if not self.query():
                return
        raise ExchangeStoppedError(f"query was answered with orders {self.max_pages} times and never with none.")

    def _session_parameter(self) -> str:
        return self.authorisation.line_four if self.authorisation is not None else ""

    def _unexpected_success(self, reply: Reply) -> None:
        raise ExchangeStoppedError(f"The site refused success: {reply.reason or reply.line(1).strip()[:SHOWN]}.")
