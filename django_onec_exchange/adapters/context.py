"""What every adapter method is told about the exchange it serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..models import ExchangeSession, InfoBase

if TYPE_CHECKING:
    from .marker import OrderMarker
    from .selector import OrderSelector
    from .serializer import OrderSerializer


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The three adapters of one exchange."""

    selector: OrderSelector
    serializer: OrderSerializer
    marker: OrderMarker


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeContext:
    """One exchange.  New facts become new fields, so that no adapter's signature ever changes."""

    base: InfoBase  # the 1C infobase that is served
    cutoff: datetime  # aware; orders created later belong to the next query.  At ``success``: now.
    version: str  # CommerceML version of the document: "2.10"
    adapters: Adapters
    session: ExchangeSession | None = None  # None outside HTTP: a command, a status page
    profile: str = ExchangeSession.Profile.OTHER  # who reads it

    @property
    def stock(self) -> bool:
        """Whether a stock configuration (UT, UNF, Retail) reads the document."""
        return self.profile in (ExchangeSession.Profile.STOCK, ExchangeSession.Profile.SUBORDINATE)
