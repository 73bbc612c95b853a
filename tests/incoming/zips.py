"""Archives made byte by byte, so that each field can lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

UTF8 = 0x800
UNIX, WINDOWS = 3, 0


@dataclass(kw_only=True)
class Entry:
    """One entry.  What is ``None`` is what it should be; the others are written as they are."""

    name: bytes
    data: bytes = b"data"
    method: int = 8
    flags: int = 0
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    attributes: int = 0
    system: int = WINDOWS
    local_name: bytes | None = None
    local_extra: bytes = b""
    extra: bytes = b""
    comment: bytes = b""
    offset: int | None = None  # where the directory says it begins

    def __post_init__(self) -> None:
        if self.packed is None:
            self.packed = deflated(self.data) if self.method == 8 else self.data
        self.crc = zlib.crc32(self.data) if self.crc is None else self.crc
        self.size = len(self.data) if self.size is None else self.size
        self.packed_size = len(self.packed) if self.packed_size is None else self.packed_size

    @property
    def _common(self) -> tuple[Any, ...]:
        return self.flags, self.method, 0, 0x21, self.crc, self.packed_size, self.size

    def local(self) -> bytes:
        name = self.name if self.local_name is None else self.local_name
        lengths = len(name), len(self.local_extra)
        return (
            struct.pack("<4s5H3L2H", b"PK\3\4", 20, *self._common, *lengths)
            + name
            + self.local_extra
            + self.packed
        )

    def central(self, offset: int) -> bytes:
        offset = offset if self.offset is None else self.offset
        lengths = len(self.name), len(self.extra), len(self.comment)
        return (
            struct.pack(
                "<4s2B5H3L3H2H2L",
                b"PK\1\2",
                20,
                self.system,
                20,
                *self._common,
                *lengths,
                0,
                0,
                self.attributes,
                offset,
            )
            + self.name
            + self.extra
            + self.comment
        )


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def build(*entries: Entry, count: int | None = None, comment: bytes = b"") -> bytes:
    """Return an archive of ``entries``, whose number may be wrong."""
    body, directory = b"", b""
    for entry in entries:
        directory += entry.central(len(body))
        body += entry.local()
    return body + directory + end(len(body), len(directory), len(entries) if count is None else count, comment)


def end(start: int, size: int, count: int, comment: bytes = b"", disk: int = 0) -> bytes:
    """Return the record of the end for a directory of ``size`` bytes at ``start``."""
    return struct.pack("<4s4H2LH", b"PK\5\6", disk, disk, count, count, size, start, len(comment)) + comment


def end_64(start: int, size: int, count: int, **wrong: Any) -> bytes:
    """Return the three records at the end of a large archive."""
    fields = {"mark": b"PK\6\6", "disk": 0, "located": start + size, "disks": 1, "here": count} | wrong
    record = struct.pack(
        "<4sQ2H2L4Q", fields["mark"], 44, 45, 45, fields["disk"], 0, fields["here"], count, size, start
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, fields["located"], fields["disks"])
    return record + locator + end(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFF)


def ordinary(
    files: Iterable[tuple[str, bytes]] = (), *, comment: bytes = b"", method: int = ZIP_DEFLATED
) -> bytes:
    """Return an archive as the standard library makes it."""
    sink = BytesIO()
    with ZipFile(sink, "w", method) as archive:
        archive.comment = comment
        for name, data in files:
            archive.writestr(name, data)
    return sink.getvalue()
