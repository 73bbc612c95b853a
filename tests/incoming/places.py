"""A session's folder with an archive beside it, and what the tests put into archives."""

from __future__ import annotations

from pathlib import Path

import pytest

from django_onec_exchange.incoming.archives import ArchiveLimits, is_complete, unpack
from django_onec_exchange.protocol.errors import BadArchive

from .zips import ordinary

LIMITS = ArchiveLimits(max_files=100, max_bytes=1_000_000, max_ratio=100)
CATALOG = [
    ("import0_1.xml", "<КоммерческаяИнформация/>".encode()),
    ("import_files/ab/ab72_0f1e.jpg", bytes(range(256))),
    ("import_files/cd/cd01_77aa.jpg", b""),
]
WHOLE = ordinary(CATALOG, comment="из 1С".encode())


class Place:
    """A session's folder and the archive beside it."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "session"
        self.archive = root / "v8_8789_c.zip"
        self.folder.mkdir(parents=True, mode=0o700)
        (self.folder / "before.xml").write_bytes(b"before")

    def unpack(self, data: bytes, limits: ArchiveLimits = LIMITS) -> list[str]:
        self.archive.write_bytes(data)
        return unpack(self.archive, self.folder, limits=limits)

    def is_complete(self, data: bytes) -> bool:
        self.archive.write_bytes(data)
        return is_complete(self.archive)

    def files(self) -> dict[str, bytes]:
        """Return all that lies in the folder, or beside it, apart from the archive."""
        root = self.folder.parent
        found = {}
        for path in root.rglob("*"):
            if path.is_file() and path != self.archive:
                within = self.folder if path.is_relative_to(self.folder) else root
                found[path.relative_to(within).as_posix()] = path.read_bytes()
        return found

    def is_untouched(self) -> bool:
        beside = {path.name for path in self.folder.parent.iterdir()}
        return self.files() == {"before.xml": b"before"} and beside == {self.folder.name, self.archive.name}


def refuses(place: Place, data: bytes, error: type[BadArchive], limits: ArchiveLimits = LIMITS) -> bool:
    """Tell whether ``data`` is refused with exactly this error and leaves no trace."""
    with pytest.raises(BadArchive) as refused:
        place.unpack(data, limits)
    return type(refused.value) is error and place.is_untouched()


def limits(**changed: float) -> ArchiveLimits:
    values = {"max_files": LIMITS.max_files, "max_bytes": LIMITS.max_bytes, "max_ratio": LIMITS.max_ratio}
    return ArchiveLimits(**(values | changed))
