"""XML as 1C's module code sees it: properties by local name, present or absent.

Reading is strict where 1C fails: a property that is not there is a run-time exception.  The
parser takes no entities, loads nothing and repairs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from .errors import ReadError

KOPECK = Decimal("0.01")
ZERO = Decimal(0)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def parse(document: str | bytes) -> etree._Element:
    """Parse a whole document and return its root.

    Text has been decoded already, so its XML declaration is not looked at; bytes (a file out of an
    archive) follow their declaration.  Raises ReadError.
    """
    encoding = "utf-8" if isinstance(document, str) else None
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    raw = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as exc:
        raise ReadError(f"The document is not well-formed XML: {exc.msg}.") from exc
    if root.getroottree().docinfo.doctype:
        raise ReadError("The document holds a document type declaration.")
    return root


def number_or_zero(text: str) -> Decimal:
    """A number as 1C reads it: a dot, digits, nothing else.  Anything else is 0, without a word."""
    stripped = text.strip()
    return Decimal(stripped) if _NUMBER.fullmatch(stripped) else ZERO


def kopecks(amount: Decimal) -> Decimal:
    """An amount rounded to two digits, halves away from zero, as the platform rounds money."""
    return amount.quantize(KOPECK, rounding=ROUND_HALF_UP)


class Node:
    """One XML element of one order.  Errors it raises name the order."""

    def __init__(self, element: etree._Element, order: str | None = None) -> None:
        self.element = element
        self.order = order

    @property
    def name(self) -> str:
        """The local name: namespaces do not matter to reading by name."""
        return str(self.element.tag).rpartition("}")[2]

    @property
    def text(self) -> str:
        """The text as it stands, untrimmed."""
        return self.element.text or ""

    @property
    def is_empty(self) -> bool:
        """Neither text nor children: an object to the platform, not an empty string."""
        return len(self.element) == 0 and not self.text.strip()

    @property
    def is_structure(self) -> bool:
        return len(self.element) > 0

    def error(self, sentence: str) -> ReadError:
        """An exception about this element's order, to be raised by the caller."""
        return ReadError(sentence, self.order)

    def all(self, name: str) -> list[Node]:
        """Every child of that name, in document order."""
        return [Node(child, self.order) for child in self.element.iterchildren(f"{{*}}{name}")]

    def find(self, *path: str) -> Node | None:
        """The first element down that path, or None."""
        element = self.element
        for name in path:
            found = next(element.iterchildren(f"{{*}}{name}"), None)
            if found is None:
                return None
            element = found
        return Node(element, self.order)

    def need(self, name: str) -> Node:
        """The first child of that name.  Raises ReadError if there is none."""
        found = self.find(name)
        if found is None:
            raise self.error(f"{name} is missing in {self.name}.")
        return found

    def need_text(self, name: str, longest: int | None = None) -> str:
        """The trimmed text of a child that must exist and hold something.  Raises ReadError."""
        text = self.need(name).text.strip()
        if not text:
            raise self.error(f"{name} in {self.name} is empty.")
        return self._bounded(name, text, longest)

    def text_of(self, *path: str, longest: int | None = None) -> str:
        """The trimmed text down that path, "" if it is not there.  Raises ReadError if too long."""
        found = self.find(*path)
        return self._bounded(path[-1], found.text.strip(), longest) if found is not None else ""

    def walk(self) -> Iterator[Node]:
        """This element and everything below it."""
        for element in self.element.iter(etree.Element):
            yield Node(element, self.order)

    def _bounded(self, name: str, text: str, longest: int | None) -> str:
        if longest is not None and len(text) > longest:
            raise self.error(f"{name} in {self.name} has {len(text)} characters, {longest} are allowed.")
        return text
