"""One document out of a file of many."""

from __future__ import annotations

from typing import BinaryIO
from xml.etree.ElementTree import Element, indent, tostring

from .parser import elements
from .reader import DOCUMENT_DEPTH, ROOT
from .values import clean


def find_document(file: BinaryIO, number: str) -> str | None:
    """Return the order of this number as text, indented for people; None if the file holds none.

    One element of the file is in memory at a time.  Raises BrokenFile.
    """
    for _around, element in elements(file, root=ROOT, depth=DOCUMENT_DEPTH):
        for document in _documents(element):
            if clean(document.findtext("Номер") or "") == number:
                document.tail = None
                indent(document)
                return tostring(document, encoding="unicode")
    return None


def _documents(element: Element) -> list[Element]:
    return [element] if element.tag == "Документ" else element.findall("Документ")
