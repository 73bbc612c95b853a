"""Archives: the one 1C packs for an upload, and the one a site's own tool asks for with ``query&zip=yes``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from zipfile import ZIP64_LIMIT, ZIP_DEFLATED, BadZipFile, ZipFile

from .bodies import Source, opened, size_of
from .errors import ReadError
from .transports import Answer

ARCHIVE = "orders.zip"
ENTRY = "orders.xml"


@contextmanager
def packed(files: Mapping[str, Source]) -> Iterator[Path]:
    """All files in one archive, under the name of a temporary file as 1C makes them: ``v8_8a1f_1.zip``.

    It is on disk while the block runs.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"v8_{token_hex(2)}_1.zip"
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, source in files.items():
                huge = size_of(source) > ZIP64_LIMIT
                with opened(source) as file, archive.open(name, "w", force_zip64=huge) as entry:
                    copyfileobj(file, entry)
        yield path


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
