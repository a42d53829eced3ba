"""The bytes of an answer: they read back as what was meant, and nothing that is typed can act in them."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.mail.composing import Composed, File, Letter, NoAddress, NoRecipient, compose, id_domain, wire_address
from console.mail.composing.fields import REFERENCES_MOST
from console.mail.parse import parse, part
from console.mail.parse.message import headers
from console.mail.smtp.transport import on_the_wire
from storage.kinds import Automatic
from storage.kinds.clean import clean, clean_line
from storage.kinds.mail import Correspondent
from storage.rules.threading import own_message_id

NOW = datetime(2026, 11, 27, 13, 5, 9, tzinfo=timezone(timedelta(hours=-3)))
OWN = "p.4213.k3j5h2.0123456789abcdef0123@lumen.example"
LETTER = Letter(
    author=Correspondent("Lumen Suporte", "suporte@lumen.example"),
    to=(Correspondent("João Prado", "joao@acme.example"),),
    cc=(),
    bcc=(),
    subject="Re: Cobrança em dobro",
    text="Olá, João.\n\nJá estornamos.\n\n-- \nAna\n",
    header_id=OWN,
    dated_at=NOW,
    in_reply_to="a1@acme.example",
    references=("a0@acme.example", "a1@acme.example"),
)
STARTS = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type"]


def wire_rules(content: bytes) -> None:
    """What every server takes (RFC 5321 §2.3.8, §4.5.3.1.6)."""
    assert content.endswith(b"\r\n")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\0" not in content
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def names(content: bytes) -> list[str]:
    return [name for name, _value in headers(content)]


def kept(text: str) -> str:
    """A text as any reader shows it: clean, no blanks at the ends of lines, no empty lines around it."""
    lines = clean(text).split("\n")
    return "\n".join(one if one == "-- " else one.rstrip(" \t") for one in lines).strip("\n")


def test_an_answer_reads_back_as_it_was_meant():
    made = compose(LETTER)
    assert made == replace(made, sender="suporte@lumen.example", recipients=("joao@acme.example",))
    read = parse(made.content)
    assert (read.header_id, read.in_reply_to, read.references) == (OWN, ("a1@acme.example",), LETTER.references)
    assert (read.author, read.to, read.subject) == (LETTER.author, LETTER.to, LETTER.subject)
    assert read.text == LETTER.text.strip()
    assert read.dated_at == NOW
    assert read.automatic is Automatic.NO
    assert b"\r\nDate: Fri, 27 Nov 2026 16:05:09 +0000\r\n" in made.content
    assert names(made.content) == [*STARTS, "Content-Transfer-Encoding"]
    wire_rules(made.content)


def test_a_copy_that_nobody_sees_stands_in_the_envelope_only():
    people = [Correspondent("", f"{name}@acme.example") for name in ("ana", "bia", "caio", "ANA")]
    made = compose(replace(LETTER, to=(people[0],), cc=(people[1], people[3]), bcc=(people[2], people[1])))
    assert made.recipients == ("ana@acme.example", "bia@acme.example", "caio@acme.example")
    assert b"caio" not in made.content
    assert "Bcc" not in names(made.content)
    alone = compose(replace(LETTER, to=(), bcc=(people[2],)))
    assert alone.recipients == ("caio@acme.example",)
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in alone.content
    assert parse(alone.content).to == ()


def test_ascii_stays_readable_and_no_server_needs_to_take_eight_bits():
    plain = compose(replace(LETTER, text="Refunded.\n" + "x" * 998)).content
    assert b"\r\nContent-Transfer-Encoding: 7bit\r\n" in plain
    assert b"\r\n\r\nRefunded.\r\nxxx" in plain
    for text in ("Olá", "x" * 999, "日本語" * 400, "🙂" * 2000, "\ud800 só"):
        content = compose(replace(LETTER, text=text)).content
        assert content.isascii()
        wire_rules(content)
        assert parse(content).text == kept(text)


def test_a_thread_of_any_length_is_cited_by_its_first_and_its_nearest_messages():
    chain = tuple(f"{number}.{'x' * 400}@acme.example" for number in range(100))
    content = compose(replace(LETTER, references=chain, in_reply_to=chain[-1])).content
    wire_rules(content)
    assert parse(content).references == (chain[0], *chain[-REFERENCES_MOST:])
    assert b"=?" not in content[: content.index(b"\r\nMIME-Version")].partition(b"References:")[2]


def test_what_is_answered_is_cited_last_also_when_the_thread_does_not_name_it():
    read = parse(compose(replace(LETTER, references=("a0@acme.example", "no id", "é@acme.example"))).content)
    assert read.references == ("a0@acme.example", "a1@acme.example")
    first = compose(replace(LETTER, references=(), in_reply_to="")).content
    assert {"In-Reply-To", "References"}.isdisjoint(names(first))


def test_an_automatic_answer_says_so_and_cannot_be_answered():
    made = compose(replace(LETTER, automatic=True))
    assert made.sender == ""
    assert parse(made.content).automatic is Automatic.REPLY
    assert ("X-Auto-Response-Suppress", "All") in headers(made.content)
    assert ("Auto-Submitted", "auto-replied") in headers(made.content)


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: x@evil.example", "a\nX: y", "a\rX: y", "a\x85X: y", "a\u2028X: y", "a\0\x1b[31m", "a\x0bX: y"]
)
def test_nothing_typed_begins_a_header_of_its_own(evil):
    made = compose(
        replace(
            LETTER,
            author=Correspondent(evil, "suporte@lumen.example"),
            to=(Correspondent(evil, "joao@acme.example"),),
            subject=evil,
            references=(evil, f"<{evil}@x>"),
            in_reply_to=evil,
            files=(File(evil, f"text/{evil}", b"x"), File(f"{evil}.eml", "message/rfc822", b"Subject: x\r\n\r\ny")),
        )
    )
    wire_rules(made.content)
    expected = [name for name in STARTS if name not in {"In-Reply-To", "References"}]
    assert names(made.content) == expected
    assert made.recipients == ("joao@acme.example",)
    assert parse(made.content).subject == clean_line(evil)
    assert b"\x1b" not in made.content


@pytest.mark.parametrize(
    "address", ["", "ana", "a@b@c.example", "a b@c.example", "a@c.example>\r\nRCPT", "<a@b.c>", "a,b@c"]
)
def test_what_is_no_address_is_refused_by_name(address):
    with pytest.raises(NoAddress) as refused:
        compose(replace(LETTER, cc=(Correspondent("Ana", address),)))
    assert refused.value.address == clean_line(address)
    assert "\n" not in str(refused.value)


def test_nobody_to_write_to_is_refused():
    with pytest.raises(NoRecipient):
        compose(replace(LETTER, to=()))


def test_domains_are_written_so_that_any_server_takes_them():
    assert wire_address("Ana@ação.example") == "Ana@xn--ao-siap.example"
    assert wire_address("josé@ação.example") == "josé@ação.example"
    made = compose(replace(LETTER, to=(Correspondent("José", "josé@ação.example"),)))
    assert made.recipients == ("josé@ação.example",)
    assert not made.content.isascii()  # this one needs SMTPUTF8, and the transport says so where it lacks
    assert parse(made.content).to == (Correspondent("José", "josé@ação.example"),)
    assert compose(replace(LETTER, to=(Correspondent("José", "jose@ação.example"),))).content.isascii()
    for address in ("josé@ação.example", "jose@ação.example"):
        header_id = own_message_id(b"key", conversation_id=7, unique="x1", domain=id_domain(address))
        sent = compose(replace(LETTER, author=Correspondent("", address), header_id=header_id))
        assert parse(sent.content).header_id == header_id
    for made_up in (wire_address, id_domain):
        with pytest.raises(NoAddress):
            made_up("ana@é..example")


def test_nothing_changes_on_the_wire():
    for text in (".\n..\n.\r.\n", "Olá\n.", "."):
        content = compose(replace(LETTER, text=text)).content
        sent = on_the_wire(content)
        assert b"\r\n.\r\n" not in sent  # nothing in it ends it
        assert re.sub(rb"(?m)^\.\.", b".", sent) == content


def test_files_go_with_their_names_and_bytes():
    files = (
        File("Relatório de cobrança, versão «final» — 2026 日本語.pdf", "application/pdf", bytes(range(256)) * 9),
        File("log.txt", "text/plain", "ação\r\nlinha sem fim".encode()),
        File("old.txt", "text/plain", "ação".encode("latin-1")),
        File("../../etc/passwd", "what is this", b""),
        File("", "image/png", b"\x89PNG"),
        File("x.bin", "multipart/mixed; boundary=x", b"--x--"),
    )
    made = compose(replace(LETTER, files=files))
    wire_rules(made.content)
    read = parse(made.content)
    assert [one.name for one in read.attachments] == [
        files[0].name,
        "log.txt",
        "old.txt",
        "passwd",
        "part.png",
        "x.bin",
    ]
    assert [one.media_type for one in read.attachments] == [
        "application/pdf",
        "text/plain",
        "text/plain",
        "application/octet-stream",
        "image/png",
        "application/octet-stream",
    ]
    assert [part(made.content, one.section) for one in read.attachments] == [one.content for one in files]
    assert read.text == kept(LETTER.text)
    library = email.message_from_bytes(made.content, policy=policy.default)
    assert [one.get_filename() for one in library.iter_attachments()][:2] == [files[0].name, "log.txt"]
    assert [one.get_content_charset() for one in library.iter_attachments()][1:3] == ["utf-8", None]


def test_a_mail_goes_as_a_mail_where_it_can_and_byte_for_byte_where_it_cannot():
    plain = b"From: a@x.example\nSubject: in\n\nbody\r.\n"
    eight = "From: a@x.example\r\nSubject: in\r\n\r\nação\r\n".encode()
    long = b"Subject: in\r\n\r\n" + b"x" * 2000
    files = [File("carta", "message/rfc822", content) for content in (plain, eight, long)]
    made = compose(replace(LETTER, files=tuple(files)))
    wire_rules(made.content)
    assert made.content.isascii()
    read = parse(made.content)
    assert {one.name for one in read.attachments} == {"carta.eml"}
    kinds = [one.media_type for one in read.attachments]
    assert kinds == ["message/rfc822", "application/octet-stream", "application/octet-stream"]
    sections = [one.section for one in read.attachments]
    whole = part(made.content, sections[0])
    assert whole.replace(b"\r\n", b"\n").rstrip(b"\n") == b"From: a@x.example\nSubject: in\n\nbody\n."
    assert [part(made.content, section) for section in sections[1:]] == [eight, long]


def test_html_stands_beside_the_text_and_holds_nothing_that_acts():
    text = "Veja **isto**, <script>alert(1)</script> [x](javascript:alert(1)) ![](https://p.example/1.gif)\n\n-- \nAna"
    made = compose(replace(LETTER, text=text, html=True))
    wire_rules(made.content)
    library = email.message_from_bytes(made.content, policy=policy.default)
    assert library.get_content_type() == "multipart/alternative"
    plain, marked = library.iter_parts()
    assert (plain.get_content_type(), marked.get_content_type()) == ("text/plain", "text/html")
    page = marked.get_content()
    assert "<strong>isto</strong>" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page
    assert parse(made.content).text == kept(text)
    with_file = compose(replace(LETTER, text=text, html=True, files=(File("a.txt", "text/plain", b"x"),)))
    tree = email.message_from_bytes(with_file.content, policy=policy.default)
    assert [one.get_content_type() for one in tree.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/plain",
    ]


@pytest.mark.parametrize(
    "text", [">" * 300 + " fundo", "\n".join(" " * 2 * n + "- x" for n in range(90)), "[" * 100_001]
)
def test_what_is_too_deep_or_too_long_for_html_goes_as_text_alone(text):
    made = compose(replace(LETTER, text=text, html=True))
    assert b"text/html" not in made.content
    assert parse(made.content).text == kept(text)


def test_our_own_message_id_must_be_one():
    for wrong in ("", "a b@x", "a@x\r\nX: y", "é@x"):
        with pytest.raises(ValueError):
            compose(replace(LETTER, header_id=wrong))


line = st.text(max_size=200)
anything = st.text(max_size=3000)
local = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}", fullmatch=True).filter(
    lambda text: "=?" not in text and text[0] != "'"  # our reader takes quotation marks off, and words of RFC 2047
)
person = st.builds(
    lambda name, left, right: Correspondent(name, f"{left}@{right}"),
    line,
    local,
    st.from_regex(r"[a-z0-9-]{1,10}(\.[a-z0-9-]{1,10}){1,2}", fullmatch=True),
)
people = st.lists(person, max_size=4).map(tuple)
own_id = st.from_regex(r"[a-z0-9.]{1,60}@[a-z0-9.-]{1,60}", fullmatch=True).filter(lambda text: re.search(r"\w", text))
files = st.lists(
    st.builds(File, line, st.one_of(line, st.sampled_from(["text/plain", "message/rfc822"])), st.binary(max_size=300)),
    max_size=3,
).map(tuple)


def said(people: tuple[Correspondent, ...]) -> list[str]:
    return [one.address for one in people]


@given(
    author=person, to=people, cc=people, bcc=people, subject=line, text=anything, header_id=own_id,
    references=st.lists(own_id, max_size=50, unique=True), html=st.booleans(), files=files, automatic=st.booleans(),
)  # fmt: skip
@example(
    author=Correspondent("=?utf-8?q?a?=", "a@b.example"),
    to=(Correspondent('"', "c@d.example"), Correspondent("\\", "e@f.example"), Correspondent("a, b", "g@h.example")),
    cc=(), bcc=(), subject="=?utf-8?q?=0D=0ABcc: x?=", text=".\r.\n\n..\rQUIT", header_id="a@b", references=[],
    html=False, files=(), automatic=False,
)  # fmt: skip
def test_whatever_goes_in_reads_back(author, to, cc, bcc, subject, text, header_id, references, html, files, automatic):
    letter = Letter(
        author, to, cc, bcc, subject, text, header_id, NOW, references[-1] if references else "", tuple(references),
        html, files, automatic,
    )  # fmt: skip
    if not to + cc + bcc:
        with pytest.raises(NoRecipient):
            compose(letter)
        return
    made: Composed = compose(letter)
    wire_rules(made.content)
    assert made.content.isascii()
    assert made.sender == ("" if automatic else author.address)
    assert made.recipients == tuple(dict.fromkeys(said(to + cc + bcc)))
    read = parse(made.content)
    assert read.header_id == header_id
    assert read.subject == clean_line(subject)
    assert read.author.address == author.address
    assert said(read.to) == said(to)
    assert said(read.cc) == said(cc)
    assert read.in_reply_to == tuple(references[-1:])
    whole = len(references) <= REFERENCES_MOST + 1
    assert read.references == tuple(references if whole else [references[0], *references[-REFERENCES_MOST:]])
    if not re.search(r"(?m)^(begin|=ybegin) ", text) and not html:
        assert read.text == (kept(text) if kept(text).strip() else "")
    assert len([one for one in read.attachments if not one.inline]) == len(files)
    count = 5 + bool(to or not cc) + bool(cc) + 2 * bool(references) + 2 * automatic
    found = [name for name in names(made.content) if not name.startswith("Content-")]
    assert len(found) == len(set(found)) == count


@given(name=st.text(alphabet=st.characters(codec="utf-8"), max_size=120))
def test_a_name_reads_back(name):
    made = compose(replace(LETTER, to=(Correspondent(name, "a@b.example"),)))
    bare = clean_line(name)
    if bare.strip("\"' ") == bare:  # a reader takes off quotation marks around a name
        assert parse(made.content).to == (Correspondent(bare, "a@b.example"),)
    library = email.message_from_bytes(made.content, policy=policy.default)
    assert [one.addr_spec for one in library["To"].addresses] == ["a@b.example"]


@given(text=st.text(max_size=400))
def test_the_library_reads_what_we_read(text):
    content = compose(replace(LETTER, text=text, subject=text)).content
    library = email.message_from_bytes(content, policy=policy.default)
    assert clean_line(str(library["Subject"])) == clean_line(text)
    assert library.get_content().replace("\r\n", "\n").rstrip("\n") == clean(text).rstrip("\n")
    assert datetime.fromisoformat(library["Date"].datetime.isoformat()) == NOW.astimezone(UTC)
