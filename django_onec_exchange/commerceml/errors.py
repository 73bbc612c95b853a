"""What can be wrong with a document, in words a shop manager can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(message: str) -> str:
    """Mark a message for translation; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why 1C would not take a document, or would take it wrongly, or why a file of 1C's is refused.

    ``message`` is an English sentence with named placeholders for ``params``; whoever shows it translates
    it first.  A ``warning`` is told and does not keep the order back.
    """

    code: str  # stable: tests, records and documentation refer to it
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    warning: bool = False

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class CommercemlError(ValueError):
    """Base of what this package raises.  ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class InvalidDocument(CommercemlError):
    """A document that must not be sent."""


class BrokenFile(CommercemlError):
    """A file from 1C that cannot be read: damaged, cut short, or no CommerceML."""
