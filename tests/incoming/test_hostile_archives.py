"""Archives that no client sends: each is refused, and the refusal leaves no trace."""

from __future__ import annotations

import os
import stat
import struct
import tracemalloc
import zlib
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import pytest

from django_onec_exchange.incoming.archives import unpack
from django_onec_exchange.protocol.errors import (
    ArchiveTooLarge,
    BadArchive,
    ClashingNames,
    EncryptedArchive,
    SuspiciousRatio,
    TooManyFiles,
    UnknownCompression,
    UnsafeArchive,
)

from .places import LIMITS, limits, refuses
from .zips import UNIX, UTF8, Entry, build, deflated, end, ordinary


@pytest.mark.parametrize(
    "name",
    [
        *[b"../x", b"a/../../x", b"..\\x", b"a/..", b"..", b"%2e%2e/x", b"a/%2e%2e%5cx"],
        *[b"/etc/passwd", b"\\x", b"C:\\x.xml", b"c:x.xml", b"//server/x", b"../"],
        *[b"", b"x\0.xml", b"x\n.xml", b"NUL", b"com1.xml", b"x.xml:stream", b"x" * 256, b"a/" * 20 + b"x"],
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(place, name):
    assert refuses(place, build(Entry(name=b"good.xml"), Entry(name=name)), UnsafeArchive)


def test_a_second_name_in_an_extra_field_is_not_used(place):
    path = struct.pack("<BL", 1, zlib.crc32(b"x")) + b"../x"
    entry = Entry(name=b"x", extra=struct.pack("<2H", 0x7075, len(path)) + path)

    assert place.unpack(build(entry)) == ["x"]


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR]
)
@pytest.mark.parametrize("system", [UNIX, 0])
def test_a_link_or_a_device_is_refused(place, kind, system):
    entry = Entry(name=b"x", data=b"/etc/passwd", attributes=(kind | 0o777) << 16, system=system)

    assert refuses(place, build(Entry(name=b"good.xml"), entry), UnsafeArchive)


@pytest.mark.parametrize("attributes", [0x400, 0x40, 0x420])
def test_a_link_or_a_device_of_windows_is_refused(place, attributes):
    assert refuses(place, build(Entry(name=b"x", attributes=attributes)), UnsafeArchive)


@pytest.mark.parametrize("attributes", [0, 0x20, 0x80, (stat.S_IFREG | 0o644) << 16, 0o600 << 16])
def test_attributes_of_a_plain_file_are_not_minded(place, attributes):
    assert place.unpack(build(Entry(name=b"x", attributes=attributes))) == ["x"]
    assert stat.S_IMODE((place.folder / "x").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "folder",
    [Entry(name=b"a/", data=b"hidden"), Entry(name=b"a/", data=b"", attributes=(stat.S_IFLNK | 0o777) << 16)],
    ids=["holds data", "is a link"],
)
def test_a_folder_that_is_none_is_refused(place, folder):
    assert refuses(place, build(folder), UnsafeArchive)


@pytest.mark.parametrize("flags", [0x1, 0x41, 0x2000])
def test_an_encrypted_archive_is_refused(place, flags):
    assert refuses(place, build(Entry(name=b"good.xml"), Entry(name=b"x", flags=flags)), EncryptedArchive)


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA, 1, 9, 93, 99, 12345])
def test_another_method_than_deflate_is_refused(place, method):
    assert refuses(place, build(Entry(name=b"good.xml"), Entry(name=b"x", method=method)), UnknownCompression)


def test_a_patch_of_another_file_is_refused(place):
    assert refuses(place, build(Entry(name=b"x", flags=0x20)), UnknownCompression)


@pytest.mark.parametrize(
    "names",
    [
        [b"x", b"x"],
        [b"a/x", b"a\\x"],
        [b"x", b"./x"],
        [b"x", b"x. "],
        [b"x", b"%78"],
        [b"import.xml", b"upload/1c/webdata/import.xml"],
        [b"a", b"a/x"],
        [b"a/x", b"a"],
        [b"a", b"a/b/x"],
    ],
)
def test_two_files_for_one_place_are_refused(place, names):
    assert refuses(place, build(*(Entry(name=name) for name in names)), ClashingNames)


def test_names_that_are_equal_in_another_form_are_refused(place):
    names = ["й.xml", "и\N{COMBINING BREVE}.xml"]

    assert refuses(place, build(*(Entry(name=name.encode(), flags=UTF8) for name in names)), ClashingNames)


@pytest.mark.parametrize("name", [b"before.xml/x", b"before.xml/a/x"])
def test_a_file_that_was_there_does_not_become_a_folder(place, name):
    assert refuses(place, build(Entry(name=b"good.xml"), Entry(name=name)), ClashingNames)


def test_a_folder_that_was_there_does_not_become_a_file(place):
    place.unpack(ordinary([("a/x", b"1")]))
    before = place.files()

    with pytest.raises(ClashingNames):
        place.unpack(ordinary([("good.xml", b""), ("a", b"2")]))

    assert place.files() == before


def test_the_number_of_files_is_limited(place):
    data = ordinary([(f"{number}.xml", b"") for number in range(11)])

    assert refuses(place, data, TooManyFiles, limits(max_files=10))
    assert len(place.unpack(data, limits(max_files=11))) == 11


def test_the_number_of_files_is_counted_and_not_believed(place):
    data = build(*(Entry(name=b"%d" % number) for number in range(11)), count=1)

    assert refuses(place, data, TooManyFiles, limits(max_files=10))


def test_all_files_together_are_limited(place):
    data = ordinary([(f"{number}.jpg", os.urandom(1000)) for number in range(5)])

    assert refuses(place, data, ArchiveTooLarge, limits(max_bytes=4999))
    assert len(place.unpack(data, limits(max_bytes=5000))) == 5


def test_an_archive_that_unpacks_to_far_more_than_it_weighs_is_refused(place):
    data = ordinary([("photo.jpg", os.urandom(100)), ("bomb.xml", b"\0" * 500_000)])

    assert refuses(place, data, SuspiciousRatio)
    assert place.unpack(data, limits(max_ratio=1000)) == ["photo.jpg", "bomb.xml"]


@pytest.mark.parametrize("changed", [{"max_bytes": 100_000}, {"max_ratio": 100}])
def test_a_bomb_that_says_it_is_small_is_stopped_by_what_it_yields(place, changed):
    bomb = Entry(name=b"bomb.xml", data=b"\0" * 900_000, size=10)

    assert refuses(place, build(bomb), BadArchive, limits(**changed))


def test_bytes_are_counted_and_not_believed(place, monkeypatch):
    """Even if zipfile did not stop at the declared size."""
    opened = ZipFile.open

    def open_without_end(self, entry, *args, **kwargs):
        entry.file_size = 1 << 40
        return opened(self, entry, *args, **kwargs)

    monkeypatch.setattr(ZipFile, "open", open_without_end)
    bomb = build(Entry(name=b"bomb.xml", data=b"\0" * 900_000, size=10))

    assert refuses(place, bomb, SuspiciousRatio)
    assert refuses(place, bomb, ArchiveTooLarge, limits(max_bytes=100_000, max_ratio=10_000))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(Entry(name=b"x", data=b"twelve bytes", size=11), id="smaller"),
        pytest.param(
            Entry(name=b"x", data=b"twelve", packed=deflated(b"twelve bytes")), id="smaller, with its checksum"
        ),
        pytest.param(Entry(name=b"x", data=b"twelve", packed=b"twelve bytes", method=0), id="smaller, stored"),
        pytest.param(Entry(name=b"x", data=b"twelve bytes", size=13), id="larger"),
        pytest.param(Entry(name=b"x", data=b"twelve bytes", size=13, method=0), id="larger, stored"),
        pytest.param(Entry(name=b"x", data=b"", size=1), id="nothing"),
        pytest.param(Entry(name=b"x", data=b"twelve bytes", size=0), id="something"),
        pytest.param(Entry(name=b"x", data=b"twelve bytes", crc=0), id="another checksum"),
        pytest.param(Entry(name=b"x", data=b"twelve bytes", packed=deflated(b"twelve bytes")[:-3]), id="cut"),
        pytest.param(Entry(name=b"x", packed=b"\xff" * 20), id="no Deflate"),
        pytest.param(Entry(name=b"x", packed_size=2), id="packed to less"),
        pytest.param(Entry(name=b"x", packed_size=2000), id="packed to more than there is"),
        pytest.param(Entry(name=b"x", local_name=b"y"), id="two names"),
        pytest.param(Entry(name=b"x", offset=3), id="another place"),
        pytest.param(Entry(name=b"x", offset=1 << 31), id="far behind the end"),
        pytest.param(Entry(name=b"\xff", flags=UTF8), id="a name that is not UTF-8"),
        pytest.param(Entry(name=b"x", extra=b"\1\0\xff\0"), id="an extra field cut off"),
        pytest.param(Entry(name=b"x", size=0xFFFFFFFF, extra=struct.pack("<2H", 1, 0)), id="64 bits missing"),
        pytest.param(Entry(name=b"x", comment=b"x" * 10_000), id="a directory of other things"),
    ],
)
def test_an_entry_that_lies_is_refused(place, entry):
    assert refuses(place, build(Entry(name=b"good.xml"), entry), BadArchive, limits(max_ratio=10**9))


@pytest.mark.parametrize("value", [1 << 33, 1 << 62, (1 << 64) - 1])
@pytest.mark.parametrize(("field", "error"), [("size", ArchiveTooLarge), ("offset", BadArchive)])
def test_an_entry_that_lies_in_64_bits_is_refused(place, field, error, value):
    extra = struct.pack("<2HQ", 1, 8, value)

    assert refuses(place, build(Entry(name=b"x", extra=extra, **{field: 0xFFFFFFFF})), error)


def test_a_directory_that_ends_in_an_entry_is_refused(place):
    entry = Entry(name=b"x", comment=b"comment")
    body, directory = entry.local(), entry.central(0)[:-1]

    assert refuses(place, body + directory + end(len(body), len(directory), 1), BadArchive)


def test_entries_that_share_their_data_are_refused(place):
    """One kernel of data under many names: the ratio of each entry alone would be harmless."""
    kernel = Entry(name=b"a.xml", data=b"\0" * 1000)
    shared = [Entry(name=b"a.xml", data=kernel.data, offset=0) for _ in range(3)]
    body = kernel.local()
    directory = b"".join(entry.central(0) for entry in shared)

    assert refuses(place, body + directory + end(len(body), len(directory), 3), BadArchive)


def test_entries_that_lie_in_each_other_are_refused(place):
    """The first one quotes the header of the second as its own data."""
    inner = Entry(name=b"b.xml", method=0)
    outer = Entry(name=b"a.xml", data=inner.local(), method=0)
    body = outer.local()
    directory = outer.central(0) + inner.central(len(body) - len(outer.data))

    assert refuses(place, body + directory + end(len(body), len(directory), 2), BadArchive)


def test_a_bomb_is_stopped_before_it_fills_the_memory(place):
    place.archive.write_bytes(build(Entry(name=b"x", data=b"\0" * 100_000_000, size=10)))
    tracemalloc.start()
    with pytest.raises(BadArchive):
        unpack(place.archive, place.folder, limits=LIMITS)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert highest < 5_000_000
