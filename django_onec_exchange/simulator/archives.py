"""The archive a site's own tool gets for ``query&zip=yes``; stock clients never ask for one."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from .errors import ReadError
from .transports import Answer

ARCHIVE = "orders.zip"
ENTRY = "orders.xml"


def unpack_orders(answer: Answer) -> bytes:
    """Take ``orders.xml`` out of ``orders.zip``, and be strict about all of it.  Raises ReadError."""
    content_type = answer.content_type.partition(";")[0].strip().lower()
    if content_type != "application/zip":
        raise ReadError(f"zip=yes was answered with {content_type or 'no Content-Type'}, not application/zip.")
    if ARCHIVE not in answer.header("Content-Disposition"):
        raise ReadError(f"The archive is not named {ARCHIVE} in Content-Disposition.")
    try:
        with ZipFile(BytesIO(answer.body)) as archive:
            if archive.namelist() != [ENTRY]:
                raise ReadError(f"The archive must hold {ENTRY} alone, it holds {', '.join(archive.namelist())}.")
            document = archive.read(ENTRY)  # checks the CRC
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError) as exc:
        raise ReadError("The archive is damaged.") from exc
    if not document.startswith(b"<?xml"):
        raise ReadError(f"{ENTRY} does not start with <?xml.")
    return document
