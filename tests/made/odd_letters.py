"""Letters by chance, made of what goes wrong in real mail: charsets that lie, ends of lines, parts that never end."""

import base64
import quopri
from random import Random

SIGNS = [
    "a",
    "ç",
    "ã",
    "É",
    "ß",
    "ı",
    "İ",
    "ﬁ",
    "½",
    "’",
    "—",
    "€",
    "\u00a0",
    "\u00ad",
    "\u200b",
    "\u202e",
    "\u2066",
    "\u2028",
    "\u0301",
    "\ufeff",
    "漢",
    "😀",
    "\x00",
    "\x1b[31m",
    "\x0b",
    "\x85",
    "\x7f",
    "\t",
]
CHARSETS = [
    "utf-8",
    "UTF8",
    "iso-8859-1",
    "windows-1252",
    "us-ascii",
    "utf-16",
    "utf-7",
    "iso-2022-jp",
    "gb18030",
    "koi8-r",
    "x-unknown",
    "",
    '"utf-8"',
    "utf-8\x00",
    "latin1'",
    "cp1252 ",
    "ISO-8859-8-I",
]
ENDS = ["\r\n", "\n", "\r", "\r\r\n", "\n\r"]
WORDS = [
    "Bom",
    "dia",
    "fatura",
    "obrigado",
    "the",
    "invoice",
    "hola",
    "On 2020-01-02 10:20, Ana <ana@a.example> wrote:",
    "Em 02/01/2020 10:20, Ana escreveu:",
    "> sim",
    ">> não",
    "-- ",
    "-----Original Message-----",
    "From: ana@a.example",
    "Sent: Monday",
    "Para: b",
    "Assunto: x",
    "begin 644 a.txt",
    "#0V%T",
    "`",
    "end",
    "Sent from my iPhone",
    "________________________________",
    "| a | b |",
    ">From me",
    ".",
    "..",
    "=20",
    "=",
    "=C3",
    "--b",
    "--b--",
    "wrote:",
    "> wrote:",
    "https://a.example/" + "x" * 80,
    "x" * 1200,
]


def text(chance: Random, n=None):
    """Lines, some of which quote, sign or attribute."""
    lines = []
    for _ in range(chance.randint(0, 25) if n is None else n):
        line = chance.choice(["", "> ", ">", "> > ", "| ", " ", "\t", "*", "-", "\u00a0", ""]) + " ".join(
            chance.choice(WORDS) for _ in range(chance.randint(0, 6))
        )
        if chance.random() < 0.3:
            at = chance.randint(0, len(line))
            line = line[:at] + chance.choice(SIGNS) + line[at:]
        if chance.random() < 0.2:
            line += chance.choice([" ", "  ", ":", "：", "\t", " >", "-"])
        lines.append(line)
    return lines


def joined(chance: Random, lines):
    """Lines with their ends, which may be of several kinds."""
    one = chance.choice(ENDS)
    mixed = chance.random() < 0.3
    out = ""
    for i, line in enumerate(lines):
        out += line + ((chance.choice(ENDS) if mixed else one) if i + 1 < len(lines) or chance.random() < 0.7 else "")
    return out


def word(chance: Random):
    """An encoded word, perhaps cut off."""
    raw = "".join(chance.choice(SIGNS + list("abc ãé?=_")) for _ in range(chance.randint(0, 12)))
    cs = chance.choice(["utf-8", "iso-8859-1", "windows-1252", "x-no", "utf-8*pt", "gb18030", ""])
    try:
        data = raw.encode(cs.split("*")[0] or "utf-8", "replace")
    except LookupError:
        data = raw.encode("utf-8", "surrogateescape")
    if chance.random() < 0.5:
        body = base64.b64encode(data).decode()
        kind = chance.choice("Bb")
        if chance.random() < 0.2:
            body = body[: chance.randint(0, len(body))]
    else:
        body = "".join(
            chr(b) if 48 <= b < 58 or 65 <= b < 91 or 97 <= b < 123 else "_" if b == 32 else f"={b:02X}" for b in data
        )
        kind = chance.choice("Qq")
        if chance.random() < 0.2:
            body = body[: chance.randint(0, len(body))]
    return f"=?{cs}?{kind}?{body}?="


def phrase(chance: Random):
    """What stands before an address, or a subject."""
    return chance.choice(["", " ", "\r\n ", "\n\t", "\r\n\t \r\n ", "  "]).join(
        word(chance)
        if chance.random() < 0.5
        else chance.choice(
            [
                "Ana",
                "Souza, Ana",
                '"Ana \\" S"',
                "(c)",
                "ü",
                "Re: ",
                "Fwd:",
                "x" * 200,
                "a\x00b",
                "\x1b]0;x\x07",
                "\u202egpj",
            ]
        )
        for _ in range(chance.randint(0, 4))
    )


def addr(chance: Random):
    """An address as people and programs write it."""
    a = chance.choice(
        [
            "ana@a.example",
            "<ana@a.example>",
            "ana@[127.0.0.1]",
            '"a b"@c.example',
            "undisclosed-recipients:;",
            "g: a@b.example, c@d.example;",
            "@r:a@b.example",
            "ana",
            "",
            "<>",
            "ana@exämple.com",
            "joão@a.example",
            "a@b@c",
            "<a@b.example",
            "a@b.example>",
        ]
    )
    return f"{phrase(chance)} {a}"


def field(chance: Random):
    """A header field."""
    name = chance.choice(
        [
            "From",
            "To",
            "Cc",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "In-Reply-To",
            "References",
            "Received",
            "X-A",
            "X-Long",
            "subject",
            "SUBJECT",
            "Auto-Submitted",
            "List-Id",
            "Precedence",
            "Return-Path",
            "Sender",
            "Content-Language",
            "Delivered-To",
        ]
    )
    low = name.lower()
    if low in {"from", "to", "cc", "reply-to", "sender"}:
        value = ", ".join(addr(chance) for _ in range(chance.randint(0, 4)))
    elif low == "subject":
        value = phrase(chance)
    elif low == "date":
        value = chance.choice(
            [
                "Mon, 07 Sep 2026 10:00:00 +0000",
                "7 Sep 26 10:00 EST",
                "Mon, 7 Sep 2026 25:61:00 +9999",
                "ontem",
                "",
                "2026-09-07T10:00:00Z",
                "Thu, 01 Jan 1970 00:00:00 -0000 (x (y))",
            ]
        )
    elif low in {"message-id", "in-reply-to", "references"}:
        value = chance.choice([" ", "\r\n ", "\n\t", ""]).join(
            chance.choice(["<a@b>", "<a b@c>", "a@b", "<é@b>", "<" + "x" * 300 + "@y>", "<>", "<a@b><c@d>"])
            for _ in range(chance.randint(0, 4))
        )
    else:
        value = chance.choice(
            [
                "x",
                "auto-replied",
                "bulk",
                "",
                "y" * 3000,
                "from a by b;\r\n Mon, 07 Sep 2026 10:00:00 +0000",
                "\x80\xff",
            ]
        )
    sep = chance.choice([": ", ":", " : ", ":\t", ":\r\n ", "\t:"]) if chance.random() < 0.4 else ": "
    return f"{name}{sep}{value}"


def content_type(chance: Random, kind, boundary=None):
    """A Content-Type."""
    v = kind
    if boundary is not None:
        v += chance.choice(
            [
                f'; boundary="{boundary}"',
                f"; boundary={boundary}",
                f';\r\n\tboundary="{boundary}"',
                f'; boundary*0="{boundary[:1]}"; boundary*1="{boundary[1:]}"',
                "",
            ]
        )
    else:
        cs = chance.choice(CHARSETS)
        if chance.random() < 0.8:
            v += f"; charset={cs}"
        if chance.random() < 0.3:
            v += "; format=flowed" + chance.choice(["", "; delsp=yes", "; DelSp=No"])
        if chance.random() < 0.2:
            v += chance.choice(
                [
                    '; name="' + phrase(chance).replace('"', "") + '"',
                    "; name*=utf-8''%e2%82%ac.pdf",
                    "; name*0*=iso-8859-1''%e7; name*1=x",
                ]
            )
    return chance.choice(["Content-Type: ", "content-type:", "Content-Type:\r\n "]) + v


def leaf(chance: Random):
    """The fields and the body of a part without others in it."""
    kind = chance.choice(
        ["text/plain"] * 5
        + ["text/html"] * 3
        + [
            "text/calendar",
            "application/octet-stream",
            "text",
            "",
            "message/delivery-status",
            "text/x-y",
            "image/png",
            "application/ms-tnef",
        ]
    )
    lines = text(chance)
    body = joined(chance, lines)
    if kind == "text/html":
        body = (
            chance.choice(["<html><body>", "<p>", "", "<!--", "<style>x"])
            + body.replace("\n", chance.choice(["<br>\n", "\n", "</p><p>", "<blockquote>\n"]))
            + chance.choice(
                [
                    "</body>",
                    "<script>x</script>",
                    "&amp;&#0;&#x202e;&nbsp",
                    "</div></div>",
                    "<table><tr><td>x",
                    "<a href='javascript:x'>y</a>",
                    "",
                ]
            )
        )
    heads = [content_type(chance, kind)] if kind or chance.random() < 0.5 else []
    cs = chance.choice(["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-8"])
    data = (
        body.encode(cs, "replace")
        if chance.random() < 0.8
        else body.encode("utf-8", "surrogateescape") + bytes(chance.randrange(256) for _ in range(chance.randint(0, 9)))
    )
    enc = chance.choice(
        [
            "7bit",
            "8bit",
            "quoted-printable",
            "base64",
            "x-uuencode",
            "binary",
            "",
            "Quoted-Printable ",
            "base64;x",
            "nonsense",
        ]
    )
    if enc.strip().lower() == "quoted-printable" and chance.random() < 0.8:
        data = quopri.encodestring(data)
    elif enc.startswith("base64") and chance.random() < 0.8:
        data = base64.encodebytes(data)
        if chance.random() < 0.3:
            data = data[: chance.randint(0, len(data))] + chance.choice([b"", b"!!", b"=", b"\r\n-- \r\nlist"])
    if enc:
        heads.append(f"Content-Transfer-Encoding: {enc}")
    if chance.random() < 0.3:
        heads.append(
            chance.choice(
                [
                    'Content-Disposition: attachment; filename="' + phrase(chance).replace('"', "") + '"',
                    "Content-Disposition: inline",
                    "Content-Disposition: attachment; filename*=utf-8''a%2F..%2Fb",
                    "Content-ID: <x@y>",
                ]
            )
        )
    if chance.random() < 0.1:
        heads += [content_type(chance, "text/plain")]
    chance.shuffle(heads)
    return heads, data


def enc(s):
    return s.encode("utf-8", "surrogateescape") if isinstance(s, str) else s


def part(chance: Random, depth: int = 0):
    """The fields and the body of a part, which may hold others."""
    if depth > 4 or chance.random() < 0.55:
        return leaf(chance)
    if chance.random() < 0.15:
        return [
            chance.choice(
                ["Content-Type: message/rfc822", "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64"]
            )
        ], letter(chance, depth + 1)
    b = chance.choice(["b", "b", "bb", "b b", "=_x", "b--", "", "é", "a'()+_,-./:=?"])
    end = chance.choice(["\r\n", "\n", "\r\n", "\r"])
    out = b"" if chance.random() < 0.6 else enc(joined(chance, text(chance, 2)))
    for _ in range(chance.randint(0, 4)):
        heads, data = part(chance, depth + 1)
        out += enc(f"{end}--{b}{chance.choice(['', ' ', chr(9), 'x']) if chance.random() < 0.2 else ''}{end}")
        out += enc(end.join(heads)) + enc(end * (2 if heads else 1) if chance.random() < 0.92 else end) + data
    if chance.random() < 0.8:
        out += enc(f"{end}--{b}--{chance.choice(['', end, ' ' + end])}")
    if chance.random() < 0.3:
        out += enc(joined(chance, text(chance, 2)))
    kind = chance.choice(
        ["mixed", "alternative", "related", "report; report-type=delivery-status", "signed", "digest", "x"]
    )
    return [content_type(chance, f"multipart/{kind}", b)], out


def letter(chance: Random, depth: int = 0) -> bytes:
    """One letter: a few fields and a part, of which each may be wrong."""
    heads, data = part(chance, depth)
    fields = (
        [field(chance) for _ in range(chance.randint(0, 9))]
        + heads
        + (["MIME-Version: 1.0"] if chance.random() < 0.7 else [])
    )
    chance.shuffle(fields)
    if chance.random() < 0.1:
        fields.insert(
            chance.randint(0, len(fields)),
            chance.choice(["no field", ">From x", "From x Mon", ":", " folded", "\tfolded", "é: x", "A B: c", ""]),
        )
    end = chance.choice(["\r\n", "\r\n", "\n", "\n", "\r"])
    mixed = chance.random() < 0.1
    top = b"".join(enc(f + (chance.choice(ENDS) if mixed else end)) for f in fields)
    raw = (
        (chance.choice([b"\xef\xbb\xbf", b"From x Mon Sep\n", b"\r\n", b"\0"]) if chance.random() < 0.08 else b"")
        + top
        + enc(end)
        + data
    )
    if chance.random() < 0.1:
        at = chance.randrange(len(raw) + 1)
        raw = raw[:at] + chance.choice([b"\0", b"\r", b"\n", b"\r\n\r\n", bytes([chance.randrange(256)])]) + raw[at:]
    if chance.random() < 0.05:
        raw = raw[: chance.randrange(len(raw) + 1)]
    return raw
