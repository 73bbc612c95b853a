"""The bodies of uploads: portions of a file, read piece by piece so that a gigabyte needs no memory.

1C sends a file larger than the site's ``file_limit`` as several POSTs, in order, and says neither
an offset nor which is the last (UT 11.5, ОбменССайтом 6087).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import BinaryIO

#: what may be sent: a file on disk, or the bytes themselves
Source = Path | bytes


class Portion(RawIOBase):
    """``size`` bytes of an open file from ``start`` on, as a stream: the body of one POST.

    ``on_read`` is told how many bytes are taken each time.
    """

    def __init__(
        self, file: BinaryIO, start: int, size: int, on_read: Callable[[int], None] | None = None
    ) -> None:
        self.size = size
        self._file = file
        self._left = size
        self._on_read = on_read
        file.seek(start)  # a site may have answered without reading the portion before to its end

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # always a writable view
        piece = self._file.read(min(len(buffer), self._left))
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        if self._on_read is not None:
            self._on_read(len(piece))
        return len(piece)


def size_of(source: Source) -> int:
    """The number of bytes there are to send."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def opened(source: Source) -> AbstractContextManager[BinaryIO]:
    """Open what is to be sent for reading."""
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def spans(size: int, limit: int) -> Iterator[tuple[int, int]]:
    """Where each POST starts and how long it is; a limit of 0 or below splits nothing (UT 6087).

    An empty file is sent too, as one empty POST.
    """
    longest = limit if limit > 0 else max(size, 1)
    for start in range(0, max(size, 1), longest):
        yield start, min(longest, size - start)
