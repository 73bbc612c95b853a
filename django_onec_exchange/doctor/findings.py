"""What a probe tells: all is well, or one of the known problems with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Level(IntEnum):
    SKIPPED = 0  # what it needs failed before
    OK = 1
    WARNING = 2  # works, but not for everybody or not for long
    ERROR = 3  # stops an exchange

    @property
    def word(self) -> str:
        """Stable, for scripts; people get its translation."""
        return self.name.lower()


#: the words, for the translators
WORDS = (gettext_noop("skipped"), gettext_noop("ok"), gettext_noop("warning"), gettext_noop("error"))


class Lines(NamedTuple):
    """What to write into one program's configuration."""

    program: str  # "nginx"
    text: str  # with ``{path}``, ``{host}`` and the like, for ``filled``

    def filled(self, **values: object) -> Lines:
        """Return them with the placeholders replaced; braces of nginx and the like stay."""
        text = self.text
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return self._replace(text=text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    code: str  # stable; "ok" and "skipped" where nothing is wrong
    level: Level
    message: str  # one sentence, translated
    seen: str = ""  # what the site did, translated; neither secrets nor personal data
    remedy: str = ""
    lines: tuple[Lines, ...] = ()
    probe: str = ""  # which probe tells it; filled in by ``examine``

    def as_dict(self) -> dict[str, Any]:
        """Return it as values that JSON knows."""
        return {
            "probe": self.probe,
            "code": self.code,
            "level": self.level.word,
            "message": self.message,
            "seen": self.seen,
            "remedy": self.remedy,
            "lines": [one._asdict() for one in self.lines],
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is known to stop exchanges; texts are English and marked for translation."""

    code: str
    level: Level
    message: str
    remedy: str
    lines: tuple[Lines, ...] = ()

    def found(self, seen: str = "", **params: object) -> Finding:
        """Return the finding; ``params`` fill the placeholders of all texts."""
        lines = tuple(Lines(_(one.program), _(one.text)).filled(**params) for one in self.lines)
        return Finding(self.code, self.level, _(self.message) % params, seen, _(self.remedy) % params, lines)


def ok(seen: str) -> Finding:
    return Finding("ok", Level.OK, seen)


def skipped(why: str) -> Finding:
    return Finding("skipped", Level.SKIPPED, why)
