"""Zip archives from 1C.

One archive may come in several POSTs under the same name, cut anywhere; appended they are the archive, so
nothing but ``is_complete`` is needed for those.  An archive inside of an archive is a file like any other:
nothing is unpacked twice, so an archive that holds itself does no harm.
"""

from __future__ import annotations

import logging
import re
import stat
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ..protocol.errors import (
    ArchiveTooLarge,
    BadArchive,
    BadFileName,
    ClashingNames,
    EncryptedArchive,
    ExchangeError,
    SuspiciousRatio,
    TooManyFiles,
    UnknownCompression,
    UnsafeArchive,
)
from ..protocol.filenames import safe_name
from .directory import Directory, count_entries, find_directory

logger = logging.getLogger(__name__)

_CHUNK = 256 * 1024  # bytes unpacked at a time
_ENTRY_LIMIT = 4096  # bytes that an entry takes in the directory, on average; a name takes 2550 at most
#: zipfile unpacks bzip2 and LZMA without a bound: a few kilobytes of those can fill the memory.
_METHODS = frozenset({ZIP_STORED, ZIP_DEFLATED})
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000  # flags: a password, strong encryption, a hidden directory
_SPECIAL = 0x0040 | 0x0400  # attributes of Windows: a device, a link
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_LOCAL_HEADER = struct.Struct("<26x2H")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What one archive may hold."""

    max_files: int  # folders that have an entry of their own count as well
    max_bytes: int  # unpacked, all files together
    max_ratio: float  # unpacked bytes by those of the archive; Deflate itself can reach 1032


def is_complete(archive: Path) -> bool:
    """Tell whether an archive that is uploaded in pieces is whole by now.

    Reads 64 KB at its end at most, so it may be asked after every piece.  Whether what is whole is sound is told
    by ``unpack`` only.
    """
    with archive.open("rb") as file:
        return find_directory(file) is not None


def unpack(archive: Path, folder: Path, *, limits: ArchiveLimits) -> list[str]:
    """Unpack all files into ``folder`` and return their names relative to it, in the order of the archive.

    Constant in memory, but for the list of entries.  Everything is unpacked beside ``folder`` first and then
    moved: a refused archive changes nothing, and no file is ever seen in part.  A file of the same name is
    replaced.  A process that is killed leaves ``.FOLDER-*`` beside ``folder``, or some of the files in it;
    unpacking again ends the same.  Names are those of ``safe_name``; without the UTF-8 flag they are read in
    cp866, as Russian Windows writes them.

    Raises BadArchive or one of its kind, and OSError when the disk fails.
    """
    with archive.open("rb") as file, _damage_refused():
        directory = _find_directory(file, limits)
        with ZipFile(file, metadata_encoding="cp866") as zipped:
            entries = zipped.infolist()
            _check_layout(file, entries, directory)
            named = [(entry, _check_entry(entry)) for entry in entries]
            files = [(entry, name) for entry, name in named if not _is_folder(entry)]
            names = [name for _, name in files]
            budget = _Budget(limits, archive.stat().st_size)
            budget.check(sum(entry.file_size for entry, _ in files))  # too much by its own account
            with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
                draft = Path(temporary)
                _unpack_files(zipped, files, draft, budget)
                _move(names, draft, folder)
    return names


class _Budget:
    """How much may be unpacked; the sizes that an archive gives itself are believed by nobody."""

    def __init__(self, limits: ArchiveLimits, archive_size: int) -> None:
        self._limits = limits
        self._most_by_ratio = limits.max_ratio * archive_size
        self._spent = 0

    def spend(self, size: int) -> None:
        self._spent += size
        self.check(self._spent)

    def check(self, size: int) -> None:
        if size > self._limits.max_bytes:
            raise ArchiveTooLarge
        if size > self._most_by_ratio:
            raise SuspiciousRatio


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Tell all that zipfile may say about a damaged archive as BadArchive; an OSError is the disk's."""
    try:
        yield
    except NotImplementedError as error:
        raise UnknownCompression from error
    except (BadZipFile, EOFError, ValueError, RuntimeError, struct.error, zlib.error) as error:
        raise BadArchive from error


def _find_directory(file: IO[bytes], limits: ArchiveLimits) -> Directory:
    """Find the directory and see that it may be read into memory, which zipfile does first of all."""
    directory = find_directory(file)
    if directory is None:
        raise BadArchive
    count = count_entries(file, directory, at_most=limits.max_files)
    if count is None:
        raise BadArchive
    if count > limits.max_files:
        raise TooManyFiles
    if directory.size > count * _ENTRY_LIMIT:
        raise BadArchive
    return directory


def _check_layout(file: IO[bytes], entries: Iterable[ZipInfo], directory: Directory) -> None:
    """See that no byte belongs to two entries: so a bomb would repeat itself at no cost.

    Older Pythons than 3.13 do not look.
    """
    free_from = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if not free_from <= entry.header_offset <= directory.start:
            raise BadArchive
        file.seek(entry.header_offset)
        name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        data_start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        free_from = data_start + entry.compress_size
        if free_from > directory.start:
            raise BadArchive


def _check_entry(entry: ZipInfo) -> str:
    """Return the safe name of an entry that may be unpacked."""
    try:
        if entry.flag_bits & _ENCRYPTED:
            raise EncryptedArchive
        if not _is_folder(entry) and entry.compress_type not in _METHODS:
            raise UnknownCompression
        if _is_special(entry) or _ABSOLUTE.match(entry.orig_filename):
            raise UnsafeArchive
        return safe_name(entry.orig_filename)  # ``filename`` ends at a NUL
    except ExchangeError as error:
        extra = {"event": "archive_refused", "code": error.code}
        logger.warning("an archive is refused for its entry %.200r", entry.orig_filename, extra=extra)
        if isinstance(error, BadFileName):
            raise UnsafeArchive from error
        raise


def _is_folder(entry: ZipInfo) -> bool:
    return entry.orig_filename.endswith(("/", "\\"))


def _is_special(entry: ZipInfo) -> bool:
    """Tell whether an entry is neither a file nor a folder, or a folder that pretends to hold data."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if _is_folder(entry):
        return kind not in (0, stat.S_IFDIR) or entry.file_size > 0
    return kind not in (0, stat.S_IFREG) or bool(entry.external_attr & _SPECIAL)


def _unpack_files(zipped: ZipFile, files: list[tuple[ZipInfo, str]], draft: Path, budget: _Budget) -> None:
    """Unpack into an empty folder; the file system itself tells which names it takes for one."""
    for entry, name in files:
        target = draft / name
        try:
            _make_folders(draft, name)
            target.touch(mode=0o600, exist_ok=False)
        except (FileExistsError, NotADirectoryError) as error:
            raise ClashingNames from error
        _unpack_file(zipped, entry, target, budget)


def _unpack_file(zipped: ZipFile, entry: ZipInfo, target: Path, budget: _Budget) -> None:
    """Unpack one file, whose checksum zipfile compares at its end."""
    declared, size = entry.file_size, 0
    entry.file_size += 1  # zipfile cuts off what is more than this, without a word: now a lie shows
    with zipped.open(entry) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            budget.spend(len(chunk))
            sink.write(chunk)
    if size != declared:
        raise BadArchive


def _move(names: list[str], draft: Path, folder: Path) -> None:
    """Move files into place; nothing is moved if a name is that of a folder there, or the other way round."""
    for name in names:
        parents = list(PurePosixPath(name).parents)[:-1]
        if (folder / name).is_dir() or any((folder / parent).is_file() for parent in parents):
            raise ClashingNames
    for name in names:
        _make_folders(folder, name)
        (draft / name).replace(folder / name)


def _make_folders(folder: Path, name: str) -> None:
    """Make the folders above a file: one by one, for ``parents=True`` forgets the mode."""
    for parent in reversed(list(PurePosixPath(name).parents)[:-1]):
        (folder / parent).mkdir(mode=0o700, exist_ok=True)
