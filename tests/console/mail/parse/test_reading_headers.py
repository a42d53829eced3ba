"""Header fields are read as senders write them, not only as the RFCs allow."""

from datetime import UTC, datetime

import pytest

from console.mail.parse import headers, looks_like_mail, parse
from storage.kinds.mail import Correspondent


def subject(value: bytes) -> str:
    return parse(b"From: a@b.example\nSubject: " + value + b"\n\nh").subject


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?Entrega_n=C2=BA_7?=", "Entrega nº 7"),
        (b"=?utf-8?B?T2zDoQ==?=", "Olá"),
        (b"=?UTF-8*pt?Q?Ol=C3=A1?=", "Olá"),
        (b"=?iso-8859-1?Q?a=80b?=", "a€b"),
        (b"=?utf-8?Q?Ol=C3?= =?utf-8?Q?=A1?=", "Olá"),
        (b"=?utf-8?Q?a?=\n =?utf-8?Q?b?= c =?utf-8?Q?d?=", "ab c d"),
        (b"=?utf-8?Q?with spaces inside?=", "with spaces inside"),
        (b"=?utf-8?B?T2zDoQ?=", "Olá"),
        (b"=?utf-8?B?T2zDoQ==", "Olá"),
        (b"=?nothing?Q?Ol=C3=A1?=", "Olá"),
        (b"=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
        (b"=?gb2312?B?xOO6ww==?=", "你好"),
        (b"=?iso-2022-jp?B?GyRCJDMbKEI=?= =?iso-2022-jp?B?GyRCJHMbKEI=?=", "こん"),
        (b"=?x?=?Q?=", "=?x?=?Q?="),
        ("Olá".encode(), "Olá"),
        (b"Ol\xe1", "Olá"),
        (b"\xd7\xaa\xb7\xa2\xd5\xfb\xcc\xe5", "转发整体"),
        (b"folded\n\tover\r\n lines", "folded over lines"),
        (b"\x1b[31mred\xe2\x80\xaeevil", "[31mredevil"),
    ],
)
def test_subjects(value: bytes, wanted: str) -> None:
    assert subject(value) == wanted


def test_raw_signs_are_read_in_the_charset_of_the_body() -> None:
    raw = (
        b"From: a@b.example\nSubject: " + "Привет".encode("koi8-r") + b"\nContent-Type: text/plain; charset=koi8-r\n\nh"
    )
    assert parse(raw).subject == "Привет"


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("Ana Souza <Ana@Loja.example>", "Ana Souza", "ana@loja.example"),
        ('"Souza, Ana" <ana@loja.example>', "Souza, Ana", "ana@loja.example"),
        ("ana@loja.example", "", "ana@loja.example"),
        ("ana@loja.example (Ana Souza)", "Ana Souza", "ana@loja.example"),
        ("=?utf-8?Q?Jos=C3=A9=2C_o_dono?= <j@x.example>", "José, o dono", "j@x.example"),
        ('"=?utf-8?Q?Jos=C3=A9?=" <j@x.example>', "José", "j@x.example"),
        ("=?utf-8?Q?a,b?= <j@x.example>", "a,b", "j@x.example"),
        ("Ana (at (the) shop) Souza <ana@loja.example>", "Ana Souza", "ana@loja.example"),
        ('"Ana \\"Aninha\\" Souza" <ana@loja.example>', 'Ana "Aninha" Souza', "ana@loja.example"),
        ("Ana Souza ana@loja.example", "Ana Souza", "ana@loja.example"),
        ("<@relay.example:ana@loja.example>", "", "ana@loja.example"),
        ('"First" <>, "Second" <s@x.example>', "Second", "s@x.example"),
        ("Ana (shop) <ana(her account)@loja.example>", "Ana", "ana@loja.example"),
        ("Team: a@x.example, b@x.example;", "", "a@x.example"),
        ("'Ana' <mailto:ana@loja.example>", "Ana", "ana@loja.example"),
        ("Ana", "Ana", ""),
    ],
)
def test_authors(value: str, name: str, address: str) -> None:
    assert parse(f"From: {value}\n\nh".encode()).author == Correspondent(name, address)


def test_who_answers_go_to_is_the_author_when_from_names_no_address() -> None:
    assert parse(b'From: "Ana" <>\nReply-To: <r@x.example>\n\nh').author == Correspondent("Ana", "r@x.example")
    assert parse(b"Sender: s@x.example\nSubject: x\n\nh").author.address == "s@x.example"


def test_recipients_of_several_fields_and_separators() -> None:
    message = parse(
        b"From: a@b.example\nTo: x@x.example; y@x.example\nTo: z@x.example\nCc: undisclosed-recipients:;\n\nh"
    )
    assert [one.address for one in message.to] == ["x@x.example", "y@x.example", "z@x.example"]
    assert message.cc == ()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Thu, 12 Mar 2020 10:15:00 -0300", datetime(2020, 3, 12, 13, 15, tzinfo=UTC)),
        ("12 Mar 20 10:15 GMT", datetime(2020, 3, 12, 10, 15, tzinfo=UTC)),
        ("Thu, 12 Mar 2020 10:15:60 +0000 (UTC)", datetime(2020, 3, 12, 10, 15, 59, tzinfo=UTC)),
        ("Thu Mar 12 10:15:00 2020", datetime(2020, 3, 12, 10, 15, tzinfo=UTC)),
        ("2020-03-12T10:15:00+01:00", datetime(2020, 3, 12, 9, 15, tzinfo=UTC)),
        ("31 Feb 2020 10:15:00 +0000", None),
        ("1 Jan 0001 00:00:00 +1400", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(value: str, wanted: datetime | None) -> None:
    assert parse(f"From: a@b.example\nDate: {value}\n\nh".encode()).dated_at == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("<a.1@x.example>", "a.1@x.example"),
        (" < a.1@x.example > ", "a.1@x.example"),
        ("a.1@x.example", "a.1@x.example"),
        ("<a@[10.0.0.1]>", "a@[10.0.0.1]"),
        ("<>", ""),
        ("<<>>", ""),
        ("< @ >", ""),
        ("", ""),
        ("<" + "a" * 2_000 + "@x>", ""),
        ("<[abc]@x.example>", "[abc]@x.example"),
    ],
)
def test_message_ids(value: str, wanted: str) -> None:
    assert parse(f"From: a@b.example\nMessage-ID: {value}\n\nh".encode()).header_id == wanted


def test_references_keep_their_order_without_doubles() -> None:
    raw = b"From: a@b.example\nReferences: <1@x>\n\t<2@\n x> (comment) <1@x><3@x>\nIn-Reply-To: Your message of Monday <3@x>\n\nh"
    message = parse(raw)
    assert message.references == ("1@x", "2@x", "3@x")
    assert message.in_reply_to == ("3@x",)
    assert parse(b"From: a@b.example\nReferences: 1@x 2@x\n\nh").references == ("1@x", "2@x")


def test_all_headers_are_given_decoded_and_clean() -> None:
    raw = b"From mbox line\nX-One: =?utf-8?Q?Ol=C3=A1?=\nX-Two: a\x1bb\n c\n\nbody"
    assert headers(raw) == [("X-One", "Olá"), ("X-Two", "ab c")]


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"From: a@b.example\nSubject: x\n\nh", True),
        (b"From a@b.example Mon Jan 1 00:00:00 2020\nReceived: by x\n\nh", True),
        (b"\r\n\r\nReturn-Path: <a@b.example>\r\n\r\n", True),
        (b"", False),
        (b"%PDF-1.4\n", False),
        (b"Dear Ana,\nhow are you?", False),
        (b"key: value\nother: value\n", False),
        (b'{"From": "a"}', False),
    ],
)
def test_what_looks_like_mail(raw: bytes, wanted: bool) -> None:  # noqa: FBT001
    assert looks_like_mail(raw) is wanted


def test_a_byte_order_mark_bare_returns_and_a_bad_line_are_passed_over() -> None:
    assert parse(b"\xef\xbb\xbfFrom: a@b.example\nSubject: x\n\nh").subject == "x"
    assert parse(b"From: a@b.example\rSubject: x\r\rh").text == "h"
    assert parse(b"From: a@b.example\nbad line\nSubject: x\n\nh").subject == "x"
