"""Find orders in files that are kept, and copy a file without some of them.  Streams: one order is in memory."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import IO

from .values import clean, text
from .versions import Version

_BLOCK = 1 << 16  # bytes read at once
_OVERLAP = 1 << 12  # bytes of one block that are looked at with the next
_ENCODINGS = ("utf-8", "windows-1251")


def copy_without(
    source: IO[bytes], sink: IO[bytes], numbers: Collection[str], *, version: Version, encoding: str
) -> int:
    """Copy a file that ``OrdersWriter`` wrote, but for the orders with these numbers; return how many these were.

    All else stays byte for byte.
    """
    tag = "Контейнер" if version.containers else "Документ"
    begin = f"\n<{tag}>".encode(encoding)
    unwanted = {f"<Номер>{text(one)}</Номер>".encode(encoding, "xmlcharrefreplace") for one in numbers}
    number = re.compile("<Номер>.*?</Номер>".encode(encoding), re.DOTALL)
    removed = 0
    for part in _parts(source, f"</{tag}>".encode(encoding)):
        before, mark, document = part.partition(begin)
        sink.write(before)
        found = number.search(document)  # the first Номер in an order is its own
        if found and found[0] in unwanted:
            removed += 1
        else:
            sink.write(mark + document)
    return removed


def mentions(file: IO[bytes], *, numbers: Collection[str], ids: Collection[str]) -> bool:
    """Tell whether one of these stands in a file as a Номер, or as an Ид.

    Whoever wrote it, and even if it is cut short.
    """
    elements = [
        rf"{tag}(?:\s[^<>]*)?>\s*(?:{_any_of(texts)})\s*<" for tag, texts in (("Номер", numbers), ("Ид", ids))
    ]
    patterns = [re.compile("|".join(elements).encode(encoding, "xmlcharrefreplace")) for encoding in _ENCODINGS]
    tail = b""
    while block := file.read(_BLOCK):
        tail += block
        if any(pattern.search(tail) for pattern in patterns):
            return True
        tail = tail[-_OVERLAP:]
    return False


def _any_of(texts: Collection[str]) -> str:
    """Return the pattern of one of these texts; of none, one that nothing matches."""
    return "|".join(re.escape(text(one)) for one in texts if clean(one)) or r"(?!)"


def _parts(source: IO[bytes], end: bytes) -> Iterator[bytes]:
    """Yield the file cut behind each ``end``."""
    held, searched = b"", 0
    while block := source.read(_BLOCK):
        held += block
        while (position := held.find(end, searched)) >= 0:
            yield held[: position + len(end)]
            held, searched = held[position + len(end) :], 0
        searched = max(0, len(held) - len(end))
    yield held
