"""The one parser for all XML that comes in: safe, in constant memory, and never lenient.

It is the standard library's: lxml needs longer to hand its elements over to Python than to parse them
(benchmarks/README.md).  Elements are built in C, without a call into Python for each, and taken out of the tree
block by block.  Nothing is fetched and no entity is expanded, since a file with a document type declaration is
refused before anything in it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from .errors import BrokenFile, Problem, gettext_noop

BLOCK_SIZE = 64 * 1024
ENCODINGS = ("utf-8", "windows-1251", "cp1251")
#: Open elements at the end of a block.  Groups nest, with two elements each; nothing else is deeper than ten.
NESTING_LIMIT = 256
#: Bytes of one element that has to be held in memory: a property with 100 000 choices has some 20 MB.
ELEMENT_LIMIT = 32 * 1024 * 1024

#: An element and those around it, outermost first.
Part = tuple[tuple[Element, ...], Element]

#: What expat says of a file that is right as far as it goes.
_CUT_SHORT = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


def elements(file: BinaryIO, *, root: str, depth: int) -> Iterator[Part]:
    """Yield every element down to level ``depth``, when it has ended, with the elements around it.

    The root is level 1.  An element comes after those within it, and they are dropped from it: what is around an
    element shows its attributes alone.  Names are local, prefixes and ``xmlns`` are ignored.  The file is read in
    blocks, so ``file.tell()`` tells how far the work is.

    Raises BrokenFile for a file that is not well-formed to its very end, has another root, a document type
    declaration or an encoding other than UTF-8 and windows-1251.
    """
    tree, held = _Tree(root), 0
    while block := file.read(BLOCK_SIZE):
        tree.grow(block)
        held += len(block)
        for part in tree.ended_so_far(depth):
            held = 0
            yield part
        if held > ELEMENT_LIMIT:
            message = gettext_noop("One element of the file is larger than %(limit)s MB.")
            raise BrokenFile(Problem("element-too-large", message, {"limit": ELEMENT_LIMIT // 1024 // 1024}))
    tree.finish()
    yield from tree.rest(depth)


class _Tree:
    """The part of a document that is in memory, in an element of our own above the root."""

    def __init__(self, root: str) -> None:
        builder = TreeBuilder()
        self._top = builder.start("", {})
        self._prolog = _Prolog(root)
        self._parser = XMLParser(target=builder)  # noqa: S314  # safe after the prolog was checked
        self._namespaced = False
        self._tail = b""

    def grow(self, block: bytes) -> None:
        """Parse one more block of the file."""
        try:
            self._prolog.check(block)
            self._parser.feed(block)
        except (expat.ExpatError, ParseError) as error:
            raise BrokenFile(_problem(error)) from error
        self._check_nesting()
        self._look_for_namespaces(block)

    def finish(self) -> None:
        """Make sure that the file was whole."""
        try:
            self._parser.close()
        except ParseError as error:
            raise BrokenFile(_problem(error)) from error

    def ended_so_far(self, depth: int) -> Iterator[Part]:
        """Take out the elements that have ended."""
        return self._ended_in_open(self._top, (), depth)

    def rest(self, depth: int) -> Iterator[Part]:
        """Take out all there is, once the file was whole."""
        return self._ended_in(self._top, (), depth)

    def _ended_in_open(self, element: Element, around: tuple[Element, ...], depth: int) -> Iterator[Part]:
        """Take from an element that may be open all its children but the last, and so on in that one."""
        if depth and len(element):
            *ended, last = element
            element[:] = [last]
            for child in ended:
                yield from self._ended(child, around, depth)
            last.tag = _local(last.tag)
            yield from self._ended_in_open(last, (*around, last), depth - 1)

    def _ended_in(self, element: Element, around: tuple[Element, ...], depth: int) -> Iterator[Part]:
        for child in element:
            yield from self._ended(child, around, depth)
        del element[:]

    def _ended(self, element: Element, around: tuple[Element, ...], depth: int) -> Iterator[Part]:
        if depth > 1:
            element.tag = _local(element.tag)
            yield from self._ended_in(element, (*around, element), depth - 1)
        elif self._namespaced:
            for inner in element.iter():
                inner.tag = _local(inner.tag)
        yield around, element

    def _look_for_namespaces(self, block: bytes) -> None:
        """Most files have none, and their names need no look.  Zeros are UTF-16's."""
        seen = self._tail + block
        self._namespaced = self._namespaced or b"xmlns" in seen.replace(b"\0", b"")
        self._tail = seen[-9:]

    def _check_nesting(self) -> None:
        element, level = self._top, 0
        while len(element):
            element, level = element[-1], level + 1
            if level > NESTING_LIMIT:
                message = gettext_noop("The elements of the file are nested more than %(limit)s levels deep.")
                raise BrokenFile(Problem("nested-too-deep", message, {"limit": NESTING_LIMIT}))


class _Prolog:
    """What stands before the content, up to the start of the root.

    It is read apart, since the parser that builds elements cannot be told to refuse a declaration.  After the
    root has started there can be none.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._ended = False
        self._parser = expat.ParserCreate()
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start

    def check(self, block: bytes) -> None:
        if not self._ended:
            self._parser.Parse(block)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in ENCODINGS:
            message = gettext_noop("The file is in %(encoding)s; only UTF-8 and windows-1251 can be read.")
            raise BrokenFile(Problem("encoding", message, {"encoding": encoding[:50]}))

    def _doctype(self, name: str, system_id: str | None, public_id: str | None, internal: bool) -> None:
        message = gettext_noop("There is a document type declaration at line %(line)s; such files are not read.")
        raise BrokenFile(Problem("doctype", message, {"line": self._parser.CurrentLineNumber}))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._ended = True
        self._parser.StartElementHandler = None
        name = tag.rpartition(":")[2]
        if name != self._root:
            message = gettext_noop("The file holds %(name)s; a CommerceML file holds %(root)s.")
            raise BrokenFile(Problem("wrong-root", message, {"name": name[:50], "root": self._root}))


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _problem(error: expat.ExpatError | ParseError) -> Problem:
    line, _ = error.position if isinstance(error, ParseError) else (error.lineno, error.offset)
    if error.code in _CUT_SHORT:
        message = gettext_noop("The file ends in the middle, at line %(line)s.")
        return Problem("truncated", message, {"line": line})
    message = gettext_noop("The file is damaged at line %(line)s: %(reason)s.")
    return Problem("malformed", message, {"line": line, "reason": expat.ErrorString(error.code)})
