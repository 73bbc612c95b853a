"""Archives of random bytes and fields: refused without a trace, or unpacked into the folder only."""

from __future__ import annotations

import shutil
import stat

from hypothesis import example, given
from hypothesis import strategies as st

from django_onec_exchange.protocol.errors import BadArchive

from .places import WHOLE, Place
from .zips import UTF8, Entry, build, end


@given(st.binary(max_size=400), st.sampled_from([(b"", b""), (b"PK\3\4", end(0, 0, 0)), (b"", end(0, 400, 1))]))
def test_random_bytes_are_refused_without_a_trace(tmp_path_factory, data, around):
    before, behind = around
    check_fuzzed(tmp_path_factory, before + data + behind)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@example([(len(WHOLE) - 1, 0)])
def test_a_few_wrong_bytes_are_refused_or_do_no_harm(tmp_path_factory, changes):
    data = bytearray(WHOLE)
    for position, value in changes:
        data[position] = value
    check_fuzzed(tmp_path_factory, bytes(data))


names = st.binary(max_size=12) | st.sampled_from(
    [b"../x", b"a/../x", b"/x", b"a", b"a/b", b"A", b"a\\b", b"..\\x"]
)
number = st.none() | st.integers(0, 0xFFFFFFFF) | st.integers(0, 100)
entries = st.builds(
    Entry,
    name=names,
    data=st.binary(max_size=50),
    method=st.sampled_from([0, 0, 8, 8, 8, 12]),
    flags=st.sampled_from([0, 0, 0, UTF8, 1, 8, 0xFFFF]),
    size=number,
    packed_size=number,
    crc=number,
    attributes=st.sampled_from([0, 0, 0, 0x20, 0x10, (stat.S_IFLNK | 0o777) << 16]),
    local_extra=st.binary(max_size=8),
    extra=st.binary(max_size=24),
    offset=number,
)


@given(st.lists(entries, max_size=4))
def test_any_entries_are_refused_or_stay_in_the_folder(tmp_path_factory, entries):
    check_fuzzed(tmp_path_factory, build(*entries))


def check_fuzzed(tmp_path_factory, data: bytes) -> None:
    """Unpack, and see that either all named files are there or nothing has changed; beside the folder never."""
    place = Place(tmp_path_factory.mktemp("fuzz") / "place")
    try:
        names = place.unpack(data)
    except BadArchive:
        assert place.is_untouched()
    else:
        assert place.files().keys() == {*names, "before.xml"}
        assert {path.name for path in place.folder.parent.iterdir()} == {"session", "v8_8789_c.zip"}
    finally:
        shutil.rmtree(place.folder.parent)
