"""Sending files, as a whole operation: what 1C does after what, and what it does when that fails.

The requests themselves are steps of the client; here is their order (UT 6057-6255; UNF 11062-11290).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .archives import packed
from .bodies import Source, size_of
from .errors import SimulatorError
from .infobase import Progress
from .reports import SentFile

if TYPE_CHECKING:
    from .clients import OneCClient

#: relative names, ``/`` between folders, and what is to be sent under them
Files = Mapping[str, Source] | Iterable[tuple[str, Source]]


class Upload:
    """One sending of files, attempts included; ``run`` it once.

    ``imports`` says whether this 1C asks for the import of each XML file, or takes the success of
    ``file`` for the end.  ``tell`` hears of the progress; ``finish`` is what follows once every file was
    taken.
    """

    def __init__(
        self,
        client: OneCClient,
        type: str,
        files: Mapping[str, Source],
        *,
        imports: bool,
        tell: Progress,
        finish: Callable[[], None] | None = None,
    ) -> None:
        self.attempts = 0
        self._client = client
        self._type = type
        self._files = files
        # once per XML file, never for pictures or for the archive (UT 6185)
        self._to_import = [name for name in self._files if name.lower().endswith(".xml")] if imports else []
        self._tell = tell
        self._finish = finish
        self._sent: set[str] = set()
        self._imported: set[str] = set()
        self._errors: dict[str, str] = {}

    def run(self, *, retries: int) -> str | None:
        """Try, and try again if something failed; return the sentence that ended the last attempt.

        A refused login ends the run whatever ``retries`` says: 1C does not repeat it.
        """
        error = None
        for _ in range(1 + retries):
            self.attempts += 1
            error = self._attempt()
            if error is None or self._client.authorisation is None:
                break
        return error

    def outcome(self) -> tuple[SentFile, ...]:
        """What became of each file in the last attempt."""
        return tuple(self._outcome(name, source) for name, source in self._files.items())

    def _outcome(self, name: str, source: Source) -> SentFile:
        taken = self._imported if name in self._to_import else self._sent
        polls = self._client.polls.get(name, [])
        return SentFile(name, size_of(source), name in taken, len(polls), tuple(polls), self._errors.get(name))

    def _attempt(self) -> str | None:
        """The whole sequence, from a new login on: the site has forgotten what came before ``init``."""
        self._sent.clear()
        self._imported.clear()
        self._errors.clear()
        try:
            self._client.checkauth(self._type)
            if self._client.init().zip:
                self._send_packed()
            else:
                self._tell("size", sum(map(size_of, self._files.values())))
                for name, source in self._files.items():
                    self._send(name, source)
            error = self._import()
            if error is None and self._finish is not None:
                self._finish()
        except SimulatorError as exc:
            return str(exc)
        return error

    def _send_packed(self) -> None:
        with packed(self._files) as archive:
            self._tell("size", size_of(archive))
            self._client.upload(archive.name, archive)
        self._sent.update(self._files)

    def _send(self, name: str, source: Source) -> None:
        try:
            self._client.upload(name, source)
        except SimulatorError as exc:
            self._errors[name] = str(exc)
            raise
        self._sent.add(name)

    def _import(self) -> str | None:
        """Ask for each import.  A failure ends this only as long as no file has succeeded (UT 6185-6255)."""
        self._tell("imports", len(self._to_import))
        for name in self._to_import:
            try:
                self._client.import_file(name)
            except SimulatorError as exc:
                self._errors[name] = str(exc)
                if not self._imported:
                    break
            else:
                self._imported.add(name)
                self._tell("imported", len(self._imported))
        return next(iter(self._errors.values()), None)
