"""What can go wrong for an emulated 1C.  Every text is one plain sentence for a person."""

from __future__ import annotations


class SimulatorError(Exception):
    """Base of everything the simulator raises on its own account."""


class TransferError(SimulatorError):
    """No usable HTTP reply: refused, timed out, broken off, or a request that cannot be sent.

    To 1C this is a run-time exception of the platform: the running operation ends.
    """

    def __init__(self, sentence: str, *, partial: bool = False) -> None:
        super().__init__(sentence)
        #: True if a reply began and broke off; UNF asks once more then (UNF 11373)
        self.partial = partial


class ReadError(SimulatorError):
    """A reply this 1C cannot load: a run-time exception there, so the whole batch is rolled back."""

    def __init__(self, sentence: str, number: str | None = None) -> None:
        super().__init__(f"Order {number}: {sentence}" if number is not None else sentence)
        #: Номер of the order at fault; None if it is not known or the whole document is at fault
        self.number = number


class LoadingStoppedError(ReadError):
    """The loader returned "false": earlier documents stay, later ones are not read, no ``success``.

    Source: UT 11.5, ОбменССайтом 4077: the transaction is committed all the same.
    """


class ExchangeStoppedError(SimulatorError):
    """A reply after which a real client ends the operation, such as a refused ``checkauth``."""
