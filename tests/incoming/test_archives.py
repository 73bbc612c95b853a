"""Archives of real clients: unpacked only when whole, without a trace of anything half done."""

from __future__ import annotations

import os
import stat
import tracemalloc
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest

from django_onec_exchange.incoming.archives import unpack
from django_onec_exchange.protocol.errors import (
    BadArchive,
)

from .places import CATALOG, WHOLE, limits, refuses
from .zips import UTF8, Entry, build, end, end_64, ordinary


@pytest.mark.parametrize("comment", [b"", "из 1С".encode(), b"x" * 65535])
@pytest.mark.parametrize("method", [8, ZIP_STORED])
def test_files_are_unpacked_in_the_order_of_the_archive(place, method, comment):
    names = place.unpack(ordinary(CATALOG, method=method, comment=comment))

    assert names == [name for name, _ in CATALOG]
    assert place.files() == dict(CATALOG) | {"before.xml": b"before"}
    assert {path.name for path in place.folder.parent.iterdir()} == {"session", "v8_8789_c.zip"}


def test_only_the_sites_own_user_can_read_them(place):
    umask = os.umask(0)
    try:
        place.unpack(ordinary([("a/b/x.jpg", b"x")]))
    finally:
        os.umask(umask)

    paths = [path for path in place.folder.rglob("*") if path.name != "before.xml"]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in paths}
    assert modes == {"a": 0o700, "b": 0o700, "x.jpg": 0o600}


def test_a_file_that_was_there_is_replaced(place):
    place.unpack(ordinary([("before.xml", b"after"), ("a/x", b"1")]))
    place.unpack(ordinary([("a/x", b"2")]))

    assert place.files() == {"before.xml": b"after", "a/x": b"2"}


def test_an_archive_of_nothing_holds_no_files(place):
    assert place.unpack(ordinary()) == []
    assert place.is_untouched()


def test_folders_have_entries_or_not(place):
    names = place.unpack(
        build(
            Entry(name=b"import_files/", data=b""),
            Entry(name=b"other\\", data=b""),
            Entry(name=b"import_files/x.jpg"),
        )
    )

    assert names == ["import_files/x.jpg"]
    assert place.files() == {"import_files/x.jpg": b"data", "before.xml": b"before"}


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        pytest.param("Товары.xml".encode("cp866"), 0, "Товары.xml", id="Russian Windows"),
        pytest.param("Товары.xml".encode(), UTF8, "Товары.xml", id="UTF-8"),
        pytest.param(b"import_files\\ab\\x.jpg", 0, "import_files/ab/x.jpg", id="backslashes"),
        pytest.param(b"upload/1c/webdata/import.xml", 0, "import.xml", id="a known prefix"),
        pytest.param(b"a%20b.xml", 0, "a b.xml", id="the name that a request or a document would have"),
    ],
)
def test_names_are_read_as_they_were_meant(place, raw, flags, name):
    assert place.unpack(build(Entry(name=raw, flags=flags))) == [name]
    assert (place.folder / name).read_bytes() == b"data"


def test_a_large_archive_with_records_of_64_bits_is_read(place):
    entry = Entry(name=b"x.xml")
    body, directory = entry.local(), entry.central(0)
    data = body + directory + end_64(len(body), len(directory), 1)

    assert place.is_complete(data)
    assert place.unpack(data) == ["x.xml"]


def test_an_archive_written_as_a_stream_has_its_sizes_behind_the_data(place):
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        seek = None

    pipe = Pipe()
    with ZipFile(pipe, "w", 8) as archive:
        archive.writestr("x.xml", b"data")
        archive.writestr("y.xml", b"more")

    assert place.unpack(pipe.getvalue()) == ["x.xml", "y.xml"]


def test_an_archive_in_an_archive_is_a_file(place):
    inner = ordinary(CATALOG)

    assert place.unpack(ordinary([("inner.zip", inner)])) == ["inner.zip"]
    assert place.files()["inner.zip"] == inner


def test_a_full_disk_is_not_the_archives_fault(place, monkeypatch):
    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(OSError, match="No space left"):
        place.unpack(ordinary(CATALOG))
    assert {path.name for path in place.folder.parent.iterdir()} == {"session", "v8_8789_c.zip"}


def test_memory_does_not_grow_with_a_file(place):
    def peak(size: int) -> int:
        data = ordinary([("x.jpg", os.urandom(size))])
        place.archive.write_bytes(data)
        del data
        tracemalloc.start()
        unpack(place.archive, place.folder, limits=limits(max_bytes=1 << 30))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(24_000_000) < peak(1_000_000) + 500_000


@pytest.mark.parametrize("data", [WHOLE, ordinary(CATALOG), ordinary(), ordinary(comment=b"x" * 65535)])
def test_a_whole_archive_is_complete(place, data):
    assert place.is_complete(data)


def test_an_archive_cut_at_any_byte_is_neither_complete_nor_unpacked(place):
    for length in range(len(WHOLE)):
        assert not place.is_complete(WHOLE[:length]), length
        assert refuses(place, WHOLE[:length], BadArchive), length


def test_an_archive_is_not_complete_where_an_archive_inside_of_it_ends(place):
    inner = ordinary(CATALOG)
    outer = ordinary([("inner.zip", inner), ("x", b"x")], method=ZIP_STORED)
    cut = outer.index(inner) + len(inner)

    assert not place.is_complete(outer[:cut])
    assert refuses(place, outer[:cut], BadArchive)
    assert place.is_complete(outer)


def test_an_archive_of_64_bits_cut_at_any_byte_is_not_complete(place):
    entry = Entry(name=b"x.xml")
    body, directory = entry.local(), entry.central(0)
    data = body + directory + end_64(len(body), len(directory), 1)

    assert [length for length in range(len(data) + 1) if place.is_complete(data[:length])] == [len(data)]


@pytest.mark.parametrize("wrong", [{"mark": b"PK\0\0"}, {"disk": 1}, {"located": 7}, {"disks": 2}, {"here": 0}])
def test_records_of_64_bits_that_contradict_each_other_are_refused(place, wrong):
    entry = Entry(name=b"x.xml")
    body, directory = entry.local(), entry.central(0)
    data = body + directory + end_64(len(body), len(directory), 1, **wrong)

    assert not place.is_complete(data)
    assert refuses(place, data, BadArchive)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<?xml version='1.0'?>", id="XML"),
        pytest.param(WHOLE + b"\r\n", id="something behind it"),
        pytest.param(b"MZ" + WHOLE, id="something in front of it"),
        pytest.param(end(0, 0, 0, disk=1), id="a volume of several"),
        pytest.param(end_64(0, 0, 0)[56:], id="half of the records of 64 bits"),
        pytest.param(end(0, 46, 1), id="a directory outside"),
        pytest.param(bytes(46) + end(0, 46, 1), id="a directory of zeros"),
        pytest.param(Entry(name=b"x").central(0)[:-1] + end(0, 46, 1), id="a directory cut in an entry"),
    ],
)
def test_what_is_no_archive_is_refused(place, data):
    assert refuses(place, data, BadArchive)
