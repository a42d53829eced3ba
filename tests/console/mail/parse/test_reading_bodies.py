"""The text of a message, its attachments and its special parts, out of every sort of MIME tree."""

import base64
import hashlib

import pytest

from console.mail.parse import parse, part
from storage.kinds import Automatic, Special

HEAD = b"From: Ana <ana@x.example>\nTo: desk@x.example\nSubject: s\n"


def multi(kind: str, *children: bytes) -> bytes:
    inner = b"".join(b"--=b\n" + child + b"\n" for child in children)
    return HEAD + b'Content-Type: multipart/%s; boundary="=b"\n\npreamble\n%s--=b--\nepilogue' % (kind.encode(), inner)


TEXT = b"Content-Type: text/plain\n\nhello"
PAGE = b"Content-Type: text/html\n\n<p>rich <b>hello</b>"
FILE = b"Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nQUJD"


@pytest.mark.parametrize(
    ("charset", "data", "wanted"),
    [
        ("utf-8", "ação".encode(), "ação"),
        ("iso-8859-1", b"10 \x80", "10 €"),
        ("us-ascii", "ação".encode(), "ação"),
        ("utf-8", b"a\xe7\xe3o", "ação"),
        ("x-unknown", b"a\xe7\xe3o", "ação"),
        ("ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("utf-8", "ação e mais texto ".encode() + b"\xff", "ação e mais texto \ufffd"),
        ("utf-16", "ação".encode("utf-16"), "ação"),
        ("iso-2022-jp", "こん".encode("cp932"), "こん"),
    ],
)
def test_charsets(charset: str, data: bytes, wanted: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n".encode()
    assert parse(raw + base64.encodebytes(data)).text == wanted


def test_the_plain_alternative_is_shown_unless_it_says_nothing() -> None:
    assert parse(multi("alternative", TEXT, PAGE)).text == "hello"
    assert parse(multi("alternative", b"Content-Type: text/plain\n\n \n", PAGE)).text == "rich hello"
    unseen = "Content-Type: text/plain; charset=utf-8\n\n\u00a0\u200b\u2060\n".encode()
    assert parse(multi("alternative", unseen, PAGE)).text == "rich hello"
    stub = b"Content-Type: text/plain\n\nYour mail program does not support HTML."
    assert parse(multi("alternative", stub, PAGE)).text == "rich hello"


def test_several_texts_are_joined_and_files_listed_with_their_sections() -> None:
    raw = multi("mixed", TEXT, FILE, b"Content-Type: text/plain\n\nfooter")
    message = parse(raw)
    assert message.text == "hello\n\nfooter"
    (pdf,) = message.attachments
    assert (pdf.name, pdf.media_type, pdf.size, pdf.section, pdf.inline) == ("a.pdf", "application/pdf", 3, "2", False)
    assert part(raw, "2") == b"ABC"
    with pytest.raises(KeyError):
        part(raw, "9")


def test_sections_are_those_of_imap() -> None:
    inner = b"Content-Type: message/rfc822\n\n" + multi("mixed", TEXT, FILE).replace(b"=b", b"=c")
    message = parse(
        multi("mixed", TEXT, b"Content-Type: multipart/mixed; boundary==d\n\n--=d\n" + FILE + b"\n--=d--", inner)
    )
    assert [one.section for one in message.attachments] == ["2.1", "3"]


def test_pictures_of_a_page_are_inline() -> None:
    picture = b"Content-Type: image/png; name=x.png\nContent-ID: <1@x>\n\nPNG"
    (one,) = parse(multi("related", PAGE, picture)).attachments
    assert one.inline
    assert one.name == "x.png"


@pytest.mark.parametrize(
    ("disposition", "wanted"),
    [
        (b'attachment; filename="a b.txt"', "a b.txt"),
        (b"attachment; filename=a b.txt", "a b.txt"),
        (b"attachment; filename*=utf-8''a%C3%A7%C3%A3o.txt", "ação.txt"),
        (b"attachment; filename*0*=utf-8''a%C3%A7;\n filename*1*=%C3%A3o;\n filename*2=.txt", "ação.txt"),
        (b'attachment; filename="=?utf-8?Q?a=C3=A7=C3=A3o.txt?="', "ação.txt"),
        (b"attachment; filename==?utf-8?Q?a=C3=A7=C3=A3o.txt?=", "ação.txt"),
        (b'attachment; filename="a\xe7\xe3o.txt"', "ação.txt"),
        (b"attachment; filename=a[1].txt", "a[1].txt"),
        (b'attachment; filename="evil\xe2\x80\xaefdp.exe"', "evilfdp.exe"),
        (b"attachment", ""),
    ],
)  # fmt: skip
def test_names_of_attachments(disposition: bytes, wanted: str) -> None:
    child = b"Content-Type: application/octet-stream\nContent-Disposition: " + disposition + b"\n\nx"
    assert [one.name for one in parse(multi("mixed", TEXT, child)).attachments] == [wanted]


def test_an_attached_message_is_named_by_its_subject_and_is_the_original() -> None:
    inner = b"Content-Type: message/rfc822\n\nFrom: Eva <eva@x.example>\nSubject: Broken pump\n\nIt leaks."
    message = parse(multi("mixed", TEXT, inner))
    assert message.attachments[0].name == "Broken pump"
    assert message.text == "hello"
    assert message.original is not None
    assert (message.original.author.address, message.original.text) == ("eva@x.example", "It leaks.")


def test_uuencoded_files_inside_a_text_are_attachments() -> None:
    raw = HEAD + b"\nsee:\n\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye"
    message = parse(raw)
    assert message.text == "see:\n\n\nbye"
    assert (message.attachments[0].name, message.attachments[0].section) == ("cat.txt", "1/0")
    assert part(raw, "1/0") == b"Cat"


def test_yenc_inside_a_text() -> None:
    content = bytes(range(256))
    coded = b"".join(
        b"=" + bytes([(s + 106) & 255]) if (s + 42) & 255 in (0, 10, 13, 61) else bytes([(s + 42) & 255])
        for s in content
    )
    raw = HEAD + b"\n=ybegin line=128 size=256 name=all.bin\n" + coded + b"\n=yend size=256\n"
    assert parse(raw).attachments[0].name == "all.bin"
    assert part(raw, "1/0") == content


def test_flowed_text_is_joined_at_each_depth() -> None:
    raw = HEAD + b"Content-Type: text/plain; format=flowed\n\nlong \nline\n> quoted \n> too\n-- \nAna"
    assert parse(raw).text == "long line\n> quoted too\n-- \nAna"


def test_base64_with_a_footer_behind_it_and_without_padding() -> None:
    head = HEAD + b"Content-Transfer-Encoding: base64\n\n"
    assert parse(head + b"aGVsbG8=\n\n____\nlist footer, see http://x.example\n").text == "hello"
    assert parse(head + b"aGVsbG8").text == "hello"


def test_a_missing_end_a_missing_boundary_and_an_unknown_multipart_are_read() -> None:
    assert parse(multi("mixed", TEXT, FILE).partition(b"--=b--")[0]).attachments[0].size == 3
    assert parse(multi("mixed", TEXT, FILE).replace(b'; boundary="=b"', b"")).attachments[0].name == "a.pdf"
    assert parse(multi("*", TEXT, FILE)).text == "hello"


@pytest.mark.parametrize(
    ("raw", "special"),
    [
        (multi("mixed", TEXT, b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"), Special.INVITATION),
        (multi("signed", TEXT, b"Content-Type: application/pgp-signature\n\nx"), Special.SIGNED),
        (multi("encrypted", b"Content-Type: application/pgp-encrypted\n\nVersion: 1"), Special.ENCRYPTED),
        (multi("report; report-type=delivery-status", TEXT, b"Content-Type: message/delivery-status\n\nAction: failed"), Special.DELIVERY_REPORT),
        (multi("mixed", TEXT, b"Content-Type: application/ms-tnef; name=winmail.dat\n\nbroken"), Special.TNEF),
        (HEAD + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx", Special.ENCRYPTED),
    ],
)  # fmt: skip
def test_special_parts_are_named(raw: bytes, special: Special) -> None:
    assert special in parse(raw).specials


def render(page: str) -> str:
    return parse(HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + page.encode()).text


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("<p>one<p>two", "one\n\ntwo"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "- a\n- b\n  - c"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a b\nc d"),
        ("<pre>  x\n    y</pre>", "  x\n    y"),
        ("a<blockquote>b<br>c</blockquote>d", "a\n\n> b\n> c\n\nd"),
        ("<style>x</style><script>y</script><title>z</title>a", "a"),
        ('<div style="display:none">preheader</div>a', "a"),
        ('<span style="font-size:0px">x</span><p hidden>y</p>a', "a"),
        ('<img src="http://t.example/1.gif" width=1 height=1 alt="spy">a', "a"),
        ('<img src="cid:1" alt="Our shop">', "[Our shop]"),
        ('see <a href="https://x.example/a">this</a>', "see this [1]"),
        ('<a href="https://x.example">https://x.example/</a>', "https://x.example/"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ("a&nbsp;&amp;&#27;[31m b", "a &[31m b"),
    ],
)
def test_html_becomes_readable(page: str, wanted: str) -> None:
    assert render(page) == wanted


def test_links_are_collected_once_and_in_order() -> None:
    page = b'<a href="http://a.example/">a</a> <a href="http://b.example/">b</a> <a href="http://a.example/">again</a>'
    message = parse(HEAD + b"Content-Type: text/html\n\n" + page)
    assert message.text == "a [1] b [2] again [1]"
    assert message.links == ("http://a.example/", "http://b.example/")


def test_a_marked_signature_is_no_reply() -> None:
    page = b'<div>Yes.</div><div class="gmail_signature">Ana<br>Shop</div>'
    message = parse(HEAD + b"Content-Type: text/html\n\n" + page)
    assert message.reply_text == "Yes."
    assert "Shop" in message.text


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("Subject: hi", Automatic.NO),
        ("Auto-Submitted: no", Automatic.NO),
        ("Auto-Submitted: auto-replied (vacation)", Automatic.REPLY),
        ("Auto-Submitted: auto-generated", Automatic.GENERATED),
        ("X-Autoreply: yes", Automatic.REPLY),
        ("X-Auto-Response-Suppress: All", Automatic.NO),
        ("Subject: Resposta automática: pedido", Automatic.REPLY),
        ("Subject: Out of office: order", Automatic.REPLY),
        ("Precedence: bulk", Automatic.BULK),
        ("Precedence: list", Automatic.LIST),
        ("List-Id: <l.x.example>", Automatic.LIST),
        ("List-Unsubscribe: <mailto:u@x.example>", Automatic.BULK),
        ("Return-Path: <>", Automatic.GENERATED),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", Automatic.BOUNCE),
    ],
)
def test_automatic_mail(fields: str, wanted: Automatic) -> None:
    assert parse(f"From: Ana <ana@x.example>\n{fields}\n\nh".encode()).automatic is wanted


@pytest.mark.parametrize("address", ["MAILER-DAEMON@x.example", "postmaster@x.example", "bounce+1=a@x.example"])
def test_mail_of_a_mail_server_is_a_bounce(address: str) -> None:
    assert parse(f"From: <{address}>\nSubject: x\n\nh".encode()).automatic is Automatic.BOUNCE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Olá, não recebi o pedido que fiz na semana passada. Você pode me ajudar?", "pt"),
        ("Hola, no he recibido el pedido que hice la semana pasada. ¿Puede usted ayudarme?", "es"),
        ("Hello, I have not received the order that I placed last week. Can you help me?", "en"),
        ("Guten Tag, ich habe meine Bestellung leider noch nicht erhalten.", ""),
        ("12345 67890", ""),
    ],
)
def test_languages(text: str, wanted: str) -> None:
    assert parse(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()).language == wanted


@pytest.mark.parametrize(
    ("subject", "body", "name", "address", "inner"),
    [
        ("Fwd: Bomba", "Veja.\n\n---------- Forwarded message ---------\nDe: Eva Lima <eva@x.example>\nDate: qui., 12 de mar.\nSubject: Bomba\nTo: <ana@x.example>\n\nVaza.", "Eva Lima", "eva@x.example", "Bomba"),
        ("ENC: Bomba", "De: Eva Lima [mailto:eva@x.example]\nEnviada em: quinta-feira\nPara: Ana\nAssunto: Bomba\n\nVaza.", "Eva Lima", "eva@x.example", "Bomba"),
        ("RV: Bomba", "Mira.\n\nDe: Eva Lima <eva@x.example>\nEnviado: jueves\nPara: Ana\nAsunto: Bomba\n\nVaza.", "Eva Lima", "eva@x.example", "Bomba"),
        ("Fwd: Bomba", 'El 12/3/20 10:15, "Eva Lima" <eva@x.example> escribió:\n\n    Vaza.', "Eva Lima", "eva@x.example", "Bomba"),
        ("x", "> Início da mensagem encaminhada:\n>\n> De: Eva Lima <eva@x.example>\n> Assunto: Bomba\n> Data: 12 de março\n> Para: ana@x.example\n>\n> Vaza.", "Eva Lima", "eva@x.example", "Bomba"),
    ],
)  # fmt: skip
def test_who_wrote_a_forwarded_message(subject: str, body: str, name: str, address: str, inner: str) -> None:
    raw = f"From: ana@x.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{body}".encode()
    original = parse(raw).original
    assert original is not None
    assert (original.author.name, original.author.address, original.subject) == (name, address, inner)
    assert original.text == "Vaza."


def test_an_answer_to_a_forwarded_message_forwards_nothing() -> None:
    body = b"Thanks\n\nOn 12/03/2020 10:15, Eva <eva@x.example> wrote:\n> ----- Forwarded message -----\n> From: a@x.example\n> To: b\n> Subject: c"
    assert parse(b"From: ana@x.example\nSubject: Re: Fwd: c\n\n" + body).original is None
    answer = b"Yes.\n\nFrom: Eva <eva@x.example>\nSent: Monday\nTo: Ana\nSubject: c\n\nold"
    assert parse(b"From: ana@x.example\nSubject: Re: c\n\n" + answer).original is None


def test_the_digest_is_of_author_date_subject_and_decoded_text() -> None:
    raw = HEAD + b"Date: Thu, 12 Mar 2020 10:15:00 -0300\nContent-Type: text/plain; charset=utf-8\n"
    one = parse(raw + b"\nhello\n")
    other = parse(b"X-Road: 2\n" + raw + b"Content-Transfer-Encoding: base64\n\naGVsbG8=\n")
    assert one.digest == other.digest
    whole = hashlib.sha256()
    for piece in (b"ana@x.example", b"2020-03-12T13:15:00+00:00", b"s", b"hello"):
        whole.update(len(piece).to_bytes(8, "big") + piece)
    assert one.digest == whole.digest()
    assert parse(raw + b"\nhello!\n").digest != one.digest


def test_the_same_words_with_another_file_are_another_message() -> None:
    def scan(name: str, content: str) -> bytes:
        return (
            "From: scanner@acme.example\r\nSubject: Scan\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nScan.\r\n'
            f'--b\r\nContent-Type: application/pdf; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{content}\r\n--b--\r\n'
        ).encode()

    first = parse(scan("1.pdf", "%PDF one"))
    assert parse(b"Received: by another\r\n" + scan("1.pdf", "%PDF one")).digest == first.digest
    assert parse(scan("2.pdf", "%PDF one")).digest != first.digest
    assert parse(scan("1.pdf", "%PDF one and more")).digest != first.digest
