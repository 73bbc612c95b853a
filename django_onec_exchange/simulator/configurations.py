"""The kinds of 1C there are: what each sends, in its order and with its parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

from .clients import ClientOptions, OneCClient
from .errors import ExchangeStoppedError, TransferError
from .profiles import BITRIX_PROFILE, UNF_PROFILE, UT11_PROFILE
from .replies import SESSID, UNVERSIONED_INIT, Parameters, Reply, read_parameters
from .reports import SHOWN
from .transports import Answer, Transport


class UT11(OneCClient):
    """Trade Management 11.5: checkauth, query, load, success.  No init here, no version, ever.

    ``use_session_id`` is the node's flag ИспользоватьИдентификаторСессии; off, as by default,
    only cookie and Basic name the session (UT 3894).
    """

    profile = UT11_PROFILE

    def __init__(
        self, transport: Transport, *, use_session_id: bool = False, **options: Unpack[ClientOptions]
    ) -> None:
        super().__init__(transport, **options)
        self.use_session_id = use_session_id

    def _session_parameter(self) -> str:
        if not self.use_session_id or self.authorisation is None:
            return ""
        return f"{SESSID}{self.authorisation.session_id}"


class UNF(OneCClient):
    """Small business (UNF): checkauth, query, success.

    ``bitrix=True`` is a node with the protocol of Bitrix: init before query, its content unread,
    and the fourth line of checkauth pasted into every address (UNF 11062).  ``subordinate=True``
    adds the option ПодчиненныеДокументы: that init, and nothing else, declares
    ``version=2.09&cmlVersion=2.10`` (UNF 3209).
    """

    profile = UNF_PROFILE

    def __init__(
        self,
        transport: Transport,
        *,
        bitrix: bool = False,
        subordinate: bool = False,
        **options: Unpack[ClientOptions],
    ) -> None:
        super().__init__(transport, **options)
        self.bitrix = bitrix or subordinate
        self.subordinate = subordinate
        self.profile = replace(UNF_PROFILE, reads_subordinates=subordinate)

    def init(self) -> Parameters:
        """Only "no answer" ends the operation here (UNF 3204).

        Raises ExchangeStoppedError, TransferError.
        """
        return read_parameters(self._ask("init", self._query("init")), exactly_two_lines=False, at_least=1)

    def _converse(self) -> None:
        self.checkauth()
        if self.bitrix:
            self.init()
        self.query()

    def _send(self, mode: str, query: str) -> Answer:
        try:
            return super()._send(mode, query)
        except TransferError as exc:
            if not exc.partial:  # "Transferred a partial file": UNF asks once more (UNF 11373)
                raise
            return super()._send(mode, query)

    def _query(self, mode: str, extra: str = "") -> str:
        version = "version=2.09&cmlVersion=2.10" if self.subordinate and mode == "init" else ""
        return "&".join(filter(None, ("type=sale", self._session_parameter(), version, f"mode={mode}", extra)))

    def _session_parameter(self) -> str:
        return self.authorisation.line_four if self.bitrix and self.authorisation is not None else ""

    def _unexpected_success(self, reply: Reply) -> None:
        if reply.first_line.startswith("failure"):
            raise ExchangeStoppedError(f"The site refused success: {(reply.reason or 'no reason').rstrip('.')}.")
        if not reply.is_empty:
            super()._unexpected_success(reply)


class BitrixModule(OneCClient):
    """The module "1С-Битрикс. Управление сайтом": checkauth, init, query until empty, success.

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

    def init(self) -> Parameters:
        """Declare the version and learn the site's.  Raises ExchangeStoppedError, TransferError."""
        declared = f"version={self.version}" if self.version else ""
        reply = self._ask("init", self._query("init", declared))
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
