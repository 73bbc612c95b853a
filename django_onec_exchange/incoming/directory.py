"""The end of a zip file and its central directory, looked at before zipfile reads them into memory."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_END_64 = struct.Struct("<4sQ2H2L4Q")
_END_64_MARK = b"PK\x06\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MARK = b"PK\x06\x07"
_ENTRY = struct.Struct("<4s24x3H12x")
_ENTRY_MARK = b"PK\x01\x02"
_COMMENT_LIMIT = 0xFFFF


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies, in bytes from the beginning of the archive."""

    start: int
    size: int


def find_directory(file: IO[bytes]) -> Directory | None:
    """Read the end of an archive; ``None`` if it contradicts itself or the size of the file.

    The directory must end where the record of the end begins, counted from the first byte of the file, and that
    record where the file ends.  So neither an archive cut in the middle passes for a whole one, nor one cut
    right behind an archive inside of it.
    """
    end, record = _read_end(file)
    if len(record) < _END.size:
        return None
    _, disk, first_disk, here, total, size, start, comment = _END.unpack_from(record)
    if len(record) != _END.size + comment:
        return None
    if _is_64(file, end):
        return _find_directory_64(file, end)
    if (disk, first_disk) != (0, 0) or here != total:  # one volume of several
        return None
    return _consistent(start, size, end)


def _read_end(file: IO[bytes]) -> tuple[int, bytes]:
    """Return the position of the record of the end and all bytes from there on: where zipfile will find it."""
    size = file.seek(0, 2)
    file.seek(max(size - _END.size, 0))
    tail = file.read()
    if tail.startswith(_END_MARK) and tail.endswith(b"\0\0"):  # no comment
        return size - len(tail), tail
    file.seek(max(size - _END.size - _COMMENT_LIMIT, 0))
    tail = file.read()
    position = tail.rfind(_END_MARK)
    return (size - len(tail) + position, tail[position:]) if position >= 0 else (size, b"")


def _is_64(file: IO[bytes], end: int) -> bool:
    file.seek(max(end - _LOCATOR.size, 0))
    return end >= _LOCATOR.size and file.read(len(_LOCATOR_MARK)) == _LOCATOR_MARK


def _find_directory_64(file: IO[bytes], end: int) -> Directory | None:
    """Read the records of the end of an archive of 4 GB or 65 535 files and more."""
    position = end - _LOCATOR.size - _END_64.size
    if position < 0:
        return None
    file.seek(position)
    mark, _, _, _, disk, first_disk, here, total, size, start = _END_64.unpack(file.read(_END_64.size))
    _, locator_disk, located, disks = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if mark != _END_64_MARK or located != position or disks > 1 or here != total:
        return None
    if (disk, first_disk, locator_disk) != (0, 0, 0):
        return None
    return _consistent(start, size, position)


def _consistent(start: int, size: int, end: int) -> Directory | None:
    return Directory(start, size) if start + size == end else None


def count_entries(file: IO[bytes], directory: Directory, *, at_most: int) -> int | None:
    """Count what the directory holds, and stop above ``at_most``; ``None`` if it is damaged.

    The number that the archive gives itself is what a hostile one would lie about.
    """
    file.seek(directory.start)
    count, left = 0, directory.size
    while left > 0 and count <= at_most:
        header = file.read(_ENTRY.size)
        if len(header) != _ENTRY.size or not header.startswith(_ENTRY_MARK):
            return None
        _, *lengths = _ENTRY.unpack(header)
        file.seek(sum(lengths), 1)
        left -= _ENTRY.size + sum(lengths)
        count += 1
    return count if left >= 0 else None
