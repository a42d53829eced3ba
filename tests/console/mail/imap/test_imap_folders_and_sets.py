"""Finding Sent and Archive among folders, names that can be shown, and sets of UIDs that fit a command."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from console.mail.imap.answers import Data
from console.mail.imap.folders import NAMES_ARCHIVE, NAMES_SENT, Folder, find_folder, read_folders
from console.mail.imap.rows import internaldate, read_flags, written_date
from console.mail.imap.stream import decode_name, encode_name
from console.mail.imap.uids import SET_BYTES, UidRanges, sets


def listed(*lines: bytes) -> tuple[list[Folder], dict[str, bytes]]:
    return read_folders([Data(None, "LIST", [line]) for line in lines])


def found(*lines: bytes) -> tuple[str | None, str | None]:
    folders, _ = listed(*lines)
    return find_folder(folders, ["sent"], NAMES_SENT), find_folder(folders, ["archive", "all"], NAMES_ARCHIVE)


def test_special_use_goes_before_names() -> None:
    assert found(b'() "/" Sent', b'(\\Sent) "/" Correio', b'(\\Archive) "/" Caixa', b'() "/" Archive') == (
        "Correio",
        "Caixa",
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b'() "." "INBOX.Sent Items"', "INBOX.Sent Items"),
        (b'() "/" "Itens Enviados"', "Itens Enviados"),
        (b'() "/" "Correo/Elementos enviados"', "Correo/Elementos enviados"),
        (b'() NIL "SENT"', "SENT"),
        (b'() "/" "[Gmail]/E-mails enviados"', "[Gmail]/E-mails enviados"),
    ],
)
def test_sent_is_found_by_its_usual_names(line: bytes, name: str) -> None:
    assert found(b'() "/" INBOX', line)[0] == name


def test_what_cannot_be_selected_or_serves_another_purpose_is_not_found() -> None:
    assert found(b'(\\Noselect) "/" Sent', b'(\\Trash) "/" Archive', b'() "/" INBOX') == (None, None)


def test_where_there_is_only_one_folder_for_all_mail_that_is_the_archive() -> None:
    lines = (b'(\\All) "/" "[Gmail]/Todos os e-mails"', b'() "/" Notas')
    assert found(*lines)[1] == "[Gmail]/Todos os e-mails"
    assert found(*lines, b'() "/" Arquivo')[1] == "Arquivo"


def test_entries_that_cannot_be_read_are_left_out_and_the_others_stay() -> None:
    folders, odd = listed(
        b'() "/" Boa', b"(", b'() "/"', b"", b'() "/" (x)', b'() "/" "\\', b'() "/" 12', b'() "/" inbox'
    )
    assert [folder.name for folder in folders] == ["INBOX", "12", "Boa"]
    assert odd == {}


def test_names_that_cannot_be_shown_get_another_and_keep_their_own_on_the_wire() -> None:
    folders, odd = listed(
        b'() "/" "a\x1b[2Jb"', b'() "/" "a[2Jb"', b'() "/" "caf\xc3\xa9"', b'() "/" "x&"', b'() "/" "&IC4-y"'
    )
    assert [folder.name for folder in folders] == ["a[2Jb", "a[2Jb (2)", "café", "x&", "y"]
    assert odd == {"a[2Jb": b"a\x1b[2Jb", "a[2Jb (2)": b"a[2Jb", "café": b"caf\xc3\xa9", "x&": b"x&", "y": b"&IC4-y"}


@seed(20261128)
@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=30), st.text(alphabet="&-AZaz,+/=\n é", max_size=20).map(str.encode)))
def test_any_name_is_read_or_refused(name: bytes) -> None:
    read = decode_name(name)
    assert read is None or encode_name(read) == name
    listed(b'() "/" ' + name)


@seed(20261129)
@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 4_294_967_295), max_size=900), st.booleans())
def test_sets_hold_every_uid_once_in_order_and_fit_a_command(uids: list[int], together: bool) -> None:  # noqa: FBT001
    if together:
        uids = [*range(5000, 2000, -1), *uids]
    given_back = []
    for text, members in sets(uids):
        assert len(text) <= SET_BYTES + 22
        assert set(UidRanges.read(text).written_out()) == set(members)
        given_back += members
    assert given_back == uids


def test_a_folder_in_one_run_is_one_set_whichever_way_it_is_counted() -> None:
    assert [text for text, _ in sets(range(100_000, 0, -1))] == ["1:100000"]
    assert [text for text, _ in sets(range(1, 7), most=4)] == ["1:4", "5:6"]
    for none in (0, -1, 4_294_967_296):
        with pytest.raises(ValueError):
            list(sets([none]))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b" 1-Feb-2026 00:30:00 +0130", datetime(2026, 1, 31, 23, 0, tzinfo=UTC)),
        (b"31-DEC-2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"30-Feb-2026 00:00:00 +0000", None),
        (b"01-Jan-0000 00:00:00 +0000", None),
        (b"01-Jan-0001 00:00:00 +1400", None),
        (b"31-Dec-9999 23:00:00 -9999", None),
        (b"gestern", None),
        (b"", None),
    ],
)
def test_internal_dates_are_read_as_utc_or_not_at_all(text: bytes, moment: datetime | None) -> None:
    assert internaldate(text) == moment


def test_internal_dates_are_read_as_they_are_written() -> None:
    moment = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
    assert written_date(moment) == "02-Nov-2026 03:04:05 +0000"
    assert internaldate(written_date(moment).encode()) == moment


def test_flags_are_spelt_one_way_and_clean() -> None:
    said = ("\\SEEN", "\\recent", "$Forwarded", "a\x1bb", "\x1b", "x" * 999)
    assert read_flags(said) == {"\\Seen", "$Forwarded", "ab", "x" * 200}
