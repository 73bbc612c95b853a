"""What clients send as ``filename``, and what of it may become a file."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from django_onec_exchange.protocol.errors import BadFileName
from django_onec_exchange.protocol.filenames import decode_filename, safe_name

ORDERS = "orders-5e2c6a3e-64c5-11ee-9e4d-001e6733e0b1_1.xml"
PICTURE = "import_files/ab/ab72d8f955bc11d9848a00112f43529a_0f1e.jpg"
RUSSIAN = "Выгрузка/Товары (новые).xml"


@pytest.mark.parametrize(
    "name", ["import0_1.xml", "offers.xml", ORDERS, PICTURE, "v8_8789_c.zip", RUSSIAN, ".htaccess"]
)
def test_a_plain_name_stays_as_it_is(name):
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        pytest.param("import_files\\ab\\x.jpg", "import_files/ab/x.jpg", id="backslashes"),
        pytest.param("C:\\v8_8789_c.xml", "v8_8789_c.xml", id="a drive"),
        pytest.param("d:v8_1.zip", "v8_1.zip", id="a drive without a path"),
        pytest.param("C:\\tmp\\v8_1.zip", "v8_1.zip", id="a drive and tmp"),
        pytest.param("/tmp/v8_1.zip", "v8_1.zip", id="a Linux server"),
        pytest.param("/tmp/tmp/v8_1.zip", "tmp/v8_1.zip", id="tmp is taken off once"),
        pytest.param("tmp/v8_1.zip", "tmp/v8_1.zip", id="a folder that is called tmp"),
        pytest.param("upload/1c/webdata/import.xml", "import.xml", id="Bitrix"),
        pytest.param("/upload/1c/webdata/import.xml", "import.xml", id="Bitrix from the root"),
        pytest.param(
            "upload\\1c\\webdata\\import_files\\ab\\x.jpg", "import_files/ab/x.jpg", id="Bitrix on Windows"
        ),
        pytest.param("upload/1c/webdata2/import.xml", "upload/1c/webdata2/import.xml", id="no prefix"),
        pytest.param("///import.xml", "import.xml", id="slashes in front"),
        pytest.param("\\\\server\\share\\x.xml", "server/share/x.xml", id="a network share"),
        pytest.param("./a//./b.xml", "a/b.xml", id="nothing between"),
        pytest.param(" import.xml ", "import.xml", id="blanks around"),
        pytest.param("a . /b.xml. .", "a/b.xml", id="what Windows does not see"),
        pytest.param("two words.xml", "two words.xml", id="a blank inside"),
        pytest.param("50% off.xml", "50% off.xml", id="a percent sign"),
        pytest.param("и\N{COMBINING BREVE}.xml", "й.xml", id="as macOS writes it"),
    ],
)
def test_what_only_says_where_it_lay_is_taken_off(raw, name):
    assert safe_name(raw) == name


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_percent_encoding_is_undone_once_or_twice(encoding):
    once = quote(RUSSIAN, encoding=encoding)

    assert safe_name(once) == RUSSIAN
    assert safe_name(quote(once)) == RUSSIAN
    with pytest.raises(BadFileName):
        safe_name(quote(quote(once)))


def test_the_case_is_kept():
    assert safe_name("Import.XML") == "Import.XML"


@pytest.mark.parametrize(
    "raw",
    [
        *["", " ", "/", ".", "./", "C:", "C:\\", "/tmp/", "upload/1c/webdata/", "import_files/ /x.jpg"],
        *[
            "..",
            "../x",
            "a/../x",
            "a/..",
            "..\\x",
            "C:\\..\\x",
            "/tmp/../x",
            "upload/1c/webdata/../x",
            ".. /x",
            ".../x",
        ],
        *["%2e%2e/x", "%252e%252e%252fx", "%2e%2e%5cx", "..%c0%afx/../y"],
        *[
            "x\0.xml",
            "x%00.xml",
            "x\n.xml",
            "x\x7f.xml",
            "x\x85.xml",
            "x\u2028.xml",
            "gpj\u202eexe.xml",
            "x\ufeff.xml",
        ],
        *["x\ufffd.xml", "x\ud800.xml", "%98.xml"],
        *["x.xml:stream", "ab:c/x", "C:D:x", "%43%3a%43%3ax", "what?.xml", "*.xml", "<x>.xml", '"x".xml', "a|b"],
        *["CON", "nul", "nul.xml", "a/Com1.txt", "LPT9 .xml", "aux./x", "prn.tar.gz", "COM².xml", "CONIN$"],
    ],
)
def test_a_name_that_cannot_be_stored_everywhere_is_refused(raw):
    with pytest.raises(BadFileName):
        safe_name(raw)


@pytest.mark.parametrize(
    ("longest", "too_long"),
    [
        pytest.param("x" * 255, "x" * 256, id="a part"),
        pytest.param("ж" * 127, "ж" * 128, id="a part, in bytes"),
        pytest.param("/".join(["x" * 63] * 4), "/".join(["x" * 63] * 3 + ["x" * 64]), id="a path"),
        pytest.param("/".join("abcdefghij"), "/".join("abcdefghijk"), id="folders in folders"),
    ],
)
def test_a_name_may_be_so_long_and_no_longer(longest, too_long):
    assert safe_name(longest) == longest
    with pytest.raises(BadFileName):
        safe_name(too_long)


#: Where attacks and real names are made of; plain text would hardly ever hold two of these.
DANGEROUS = [
    ".",
    "..",
    "/",
    "\\",
    " ",
    ":",
    "C:",
    "~",
    "nul",
    "tmp",
    "/tmp/",
    "upload/1c/webdata/",
    "\ufffd",
    "\ud800",
]
ENCODED = ["%", "%2e", "%2F", "%5c", "%3a", "%00", "%25", "25", "2e", "%D0%B6", "%E6"]
HARMLESS = ["import", ".xml", "ж", "é", "e\N{COMBINING ACUTE ACCENT}", "\N{KELVIN SIGN}", "\N{NO-BREAK SPACE}"]
PIECES = st.sampled_from(DANGEROUS + ENCODED + HARMLESS)
NAMES = st.text() | st.lists(PIECES | st.text(max_size=2)).map("".join)


@given(NAMES)
@example("/tmp/upload/1c/webdata/tmp/x")
@example("upload/1c/webdata/upload/1c/webdata/x")
@example("%25%32%65%25%32%65/x")
@example("x\N{NO-BREAK SPACE}.")
def test_no_text_yields_a_name_outside_of_the_folder_and_a_safe_name_stays(raw):
    try:
        name = safe_name(raw)
    except BadFileName:
        return

    for path in (PurePosixPath(name), PureWindowsPath(name)):
        assert str(path).replace("\\", "/") == name
        assert not path.is_absolute()
        assert path.drive == path.root == ""
        assert not {"", ".", ".."} & set(path.parts)
    assert 0 < len(name.encode()) < 4000
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        pytest.param("type=catalog&mode=file&filename=import0_1.xml", "import0_1.xml", id="UT"),
        pytest.param("filename=a.xml&mode=file", "a.xml", id="first"),
        pytest.param("mode=file", "", id="none"),
        pytest.param("mode=file&filename=", "", id="empty"),
        pytest.param("mode=file&filename", "", id="without a value"),
        pytest.param("", "", id="nothing at all"),
        pytest.param("filename=a&filename=b", "b", id="the last of several"),
        pytest.param("file%6Eame=a", "a", id="an encoded parameter"),
        pytest.param("myfilename=a&filename2=b", "", id="others"),
        pytest.param("filename=C:\\v8_8789_c.xml", "C:\\v8_8789_c.xml", id="as it is"),
        pytest.param("filename=two+words%20more.xml", "two words more.xml", id="blanks"),
        pytest.param("filename=a=b.xml", "a=b.xml", id="an equals sign"),
    ],
)
def test_the_name_is_read_from_the_query(query, name):
    assert decode_filename(query) == name


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_bytes_of_a_query_are_read_as_what_they_are(encoding):
    raw = f"mode=file&filename={RUSSIAN}".encode(encoding).decode("latin-1")

    assert decode_filename(raw) == RUSSIAN
    assert decode_filename(urlencode({"filename": RUSSIAN}, encoding=encoding)) == RUSSIAN


def test_the_text_that_asgi_hands_over_is_read_as_well():
    assert decode_filename(f"mode=file&filename={RUSSIAN}") == RUSSIAN


def test_a_name_in_no_known_encoding_is_refused():
    with pytest.raises(BadFileName):
        decode_filename("filename=%98%FF")


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_query_yields_a_text_or_a_refusal(query):
    try:
        name = decode_filename("filename=" + query)
    except BadFileName:
        return

    assert len(name.encode()) >= len(name)
