"""The ``filename`` parameter: what clients put into it, and what of that may touch a disk.

The case of a name is kept, since 1C names a file alike in every request.  Two names that differ in nothing else
are two files where the file system tells them apart, and one where it does not.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_to_bytes

from .errors import BadFileName

_ENCODINGS = ("utf-8", "cp1251")  # in this order: Cyrillic in cp1251 is hardly ever valid UTF-8
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_ENCODED_TIMES = 2  # by the module and once more by a library or a proxy
_DRIVE = re.compile(r"\A *[A-Za-z]:")
_WEBDATA = ["upload", "1c", "webdata"]  # a Linux server of 1C puts it before the name (protocol.md, section 2.1)

_NAME_LIMIT = 255  # characters; 1C's are a third of that
_PART_LIMIT = 255  # bytes, of the usual file systems
_DEPTH_LIMIT = 10  # parts; 1C needs three, and ten parts fit into the 4096 bytes of a path

# No Windows client has such a character in a name: a stream of a file (":"), a wildcard, a letter that was lost.
_FORBIDDEN = frozenset('<>:"|?*\N{REPLACEMENT CHARACTER}')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, marks of direction, half characters, line ends
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"
}


def decode_filename(query_string: str) -> str:
    """Read ``filename`` from a query string as WSGI hands it over: one character a byte.

    ``request.GET`` cannot be used: there bytes that are not UTF-8 are lost.  ASGI hands over decoded text, which
    is told by letters above U+00FF.  The last of several counts, as in ``request.GET``; "" if there is none.
    Raises BadFileName if it is neither UTF-8 nor windows-1251.
    """
    try:
        query = query_string.encode("latin-1")
    except UnicodeEncodeError:
        query = query_string.encode("utf-8", "replace")
    found = b""
    for field in query.replace(b"+", b" ").split(b"&"):
        name, _, value = field.partition(b"=")
        if unquote_to_bytes(name) == b"filename":
            found = value
    return _unquote(found)


def safe_name(raw: str) -> str:
    """Return the relative POSIX name that ``raw`` means; it stays below any folder, on any file system.

    Undone are percent-encoding, backslashes, a drive, ``/tmp/``, ``upload/1c/webdata/``, and what Windows does
    not see: blanks around a part and dots at its end.  A safe name is returned as it is, so names from archives
    and documents may be passed in as well, and will be equal to those of requests.

    Raises BadFileName for a name that leads elsewhere, names a device, is too long or cannot be seen in full.
    """
    text = raw
    for _ in range(_ENCODED_TIMES):
        text = _unquote(text)
    text = _DRIVE.sub("", unicodedata.normalize("NFC", text))
    if _ENCODED.search(text) or any(map(_is_forbidden, text)):
        raise BadFileName
    parts = _split(text)
    if not 0 < len(parts) <= _DEPTH_LIMIT or not all(map(_is_safe, parts)):
        raise BadFileName
    name = "/".join(parts)
    if len(name) > _NAME_LIMIT:
        raise BadFileName
    return name


def _unquote(text: str | bytes) -> str:
    """Undo percent-encoding once, in one encoding for the whole name.  Raises BadFileName."""
    for encoding in _ENCODINGS:
        try:
            return unquote_to_bytes(text).decode(encoding)
        except UnicodeError:  # on the way to bytes, too: half characters
            continue
    raise BadFileName


def _is_forbidden(char: str) -> bool:
    return char in _FORBIDDEN or unicodedata.category(char) in _INVISIBLE


def _split(text: str) -> list[str]:
    """Split a path into its parts, without the place where it lay on the client.

    A part that Windows would not see, ``..`` among them, is left as "".
    """
    path = text.replace("\\", "/").lstrip(" ")
    parts = [part.lstrip(" ").rstrip(" .") for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") and parts[:1] == ["tmp"]:
        del parts[0]
    while parts[:3] == _WEBDATA:  # again and again, or a safe name would not stay as it is
        del parts[:3]
    return parts


def _is_safe(part: str) -> bool:
    device = part.partition(".")[0].rstrip(" ").upper()
    return bool(part) and device not in _DEVICES and len(part.encode()) <= _PART_LIMIT
