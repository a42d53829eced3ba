"""Believable mail for the figures: a made-up support mailbox, threads and all, the same for the same seed.

Words follow Zipf's law with a few hundred real ones in front and a long tail of made ones behind, so that the
index sees common, middling and rare words as it does in life. No sentence is anybody's.
"""

import base64
import binascii
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from itertools import accumulate

OWN = "ajuda@lumen.example"
"""The mailbox's own address; about a third of the mail are its answers."""

END = datetime(2026, 11, 1, tzinfo=UTC)
VOCABULARY = 30_000
"""Different words of each language."""

_FRONT = {
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou "
    "quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles "
    "você essa num nem suas meu minha pedido entrega cobrança fatura nota prazo cliente produto valor conta cartão "
    "boleto pagamento estorno devolução troca defeito garantia suporte atendimento urgente obrigado obrigada dia "
    "boa tarde noite favor preciso gostaria saber chegou ainda hoje amanhã semana mês endereço transportadora "
    "rastreio código senha acesso sistema erro tela aplicativo contrato plano cancelar mudança resposta aguardo",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin "
    "sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué "
    "sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora pedido entrega "
    "factura cobro plazo cliente producto importe cuenta tarjeta pago reembolso devolución cambio defecto garantía "
    "soporte atención urgente gracias buenos días tardes favor necesito quisiera saber llegó todavía hoy mañana "
    "semana mes dirección transportista seguimiento código contraseña acceso sistema error pantalla aplicación "
    "contrato plan cancelar respuesta espero saludos",
    "en": "the of and a to in is you that it he was for on are as with his they I at be this have from or one had by "
    "word but not what all were we when your can said there use an each which she do how their if will up other "
    "about out many then them these so some her would make like him into time has look two more write go see order "
    "delivery invoice charge deadline customer product amount account card payment refund return exchange defect "
    "warranty support service urgent thanks please need know arrived still today tomorrow week month address carrier "
    "tracking code password access system error screen application contract plan cancel reply regards waiting",
}
_SYLLABLES = {
    "pt": [
        "ca",
        "bra",
        "ti",
        "mo",
        "re",
        "sa",
        "lu",
        "dor",
        "ven",
        "pra",
        "ção",
        "lho",
        "pe",
        "gui",
        "nha",
        "tar",
        "es",
        "con",
        "fe",
        "bi",
        "xa",
        "jo",
        "mar",
        "li",
        "que",
        "du",
        "ra",
        "no",
        "pro",
    ],
    "es": [
        "ca",
        "bre",
        "ti",
        "mo",
        "re",
        "sa",
        "lu",
        "dor",
        "ven",
        "pra",
        "ción",
        "llo",
        "pe",
        "gui",
        "ña",
        "tar",
        "es",
        "con",
        "fe",
        "bi",
        "ja",
        "jo",
        "mar",
        "li",
        "que",
        "du",
        "ra",
        "no",
        "pro",
    ],
    "en": [
        "ca",
        "bre",
        "ti",
        "mo",
        "re",
        "sha",
        "lu",
        "der",
        "ven",
        "pro",
        "tion",
        "low",
        "pe",
        "gui",
        "nor",
        "tar",
        "es",
        "con",
        "fe",
        "bi",
        "ja",
        "jo",
        "mar",
        "ly",
        "que",
        "du",
        "ra",
        "no",
        "pre",
    ],
}
_GREETING = {"pt": "Bom dia,", "es": "Buenos días:", "en": "Hello,"}
_SAID = {"pt": "Em {when}, {who} escreveu:", "es": "El {when}, {who} escribió:", "en": "On {when}, {who} wrote:"}
_NAMES = [
    "Ana",
    "Beatriz",
    "Bruno",
    "Camila",
    "Carlos",
    "Carmen",
    "Daniela",
    "Diego",
    "Elena",
    "Emma",
    "Fábio",
    "Fernanda",
    "Gabriel",
    "Helena",
    "Hugo",
    "Inês",
    "Isabel",
    "Jack",
    "Javier",
    "João",
    "Julia",
    "Laura",
    "Lucas",
    "Lucía",
    "Luís",
    "Manuel",
    "Maria",
    "Marta",
    "Mateo",
    "Mia",
    "Nuno",
    "Olivia",
    "Paula",
    "Pedro",
    "Rafael",
    "Rita",
    "Rosa",
    "Rui",
    "Sara",
    "Sofia",
    "Teresa",
    "Thomas",
    "Tiago",
    "Vera",
    "Vítor",
    "William",
]
_SURNAMES = [
    "Almeida",
    "Alvarez",
    "Barbosa",
    "Brown",
    "Castro",
    "Clark",
    "Costa",
    "Cruz",
    "Davis",
    "Dias",
    "Fernandes",
    "Ferreira",
    "Garcia",
    "Gomes",
    "Gonzalez",
    "Green",
    "Herrera",
    "Jones",
    "Lima",
    "Lopes",
    "Martin",
    "Mendes",
    "Miller",
    "Moreno",
    "Nunes",
    "Oliveira",
    "Pereira",
    "Ramos",
    "Reis",
    "Rocha",
    "Ruiz",
    "Santos",
    "Silva",
    "Smith",
    "Soares",
    "Sousa",
    "Taylor",
    "Torres",
    "Vargas",
    "Vieira",
    "Walker",
    "Wilson",
]


@cache
def ranked(language: str) -> tuple[list[str], list[float]]:
    """Return a language's words by rank, and their weights added up."""
    made = random.Random(f"words {language}")
    front = list(dict.fromkeys(_FRONT[language].split()))
    known = dict.fromkeys(front)
    while len(known) < VOCABULARY:
        known["".join(made.choices(_SYLLABLES[language], k=made.choice((2, 3, 3, 4))))] = None
    return list(known), list(accumulate(1 / (rank + 2.7) for rank in range(len(known))))


@dataclass(frozen=True, slots=True)
class Letter:
    """One message and what went into it."""

    number: int
    thread: int
    place: int
    at: datetime
    language: str
    name: str
    address: str
    outgoing: bool
    subject: str
    message_id: str
    cites: tuple[str, ...]
    text: str
    own_text: str
    quoted_text: str

    @property
    def to(self) -> str:
        return self.address if self.outgoing else OWN


def letters(count: int, *, seed: int = 7, length: int = 250) -> Iterator[Letter]:
    """Yield `count` letters in the order of their arrival.

    Args:
        count: how many.
        seed: other letters for another one.
        length: words of a letter on average, with what it quotes.
    """
    made = random.Random(f"letters {seed}")
    outline: list[tuple[datetime, int, int]] = []
    first = END - timedelta(days=max(30, min(count // 60, 1500)))
    span = (END - first).total_seconds()
    thread = 0
    while len(outline) < count:
        size = made.choices((1, 2, 3, 4, 5, 6), (30, 25, 18, 12, 9, 6))[0]
        at = first + timedelta(seconds=int(made.random() * span))
        for place in range(size):
            outline.append((min(at, END), thread, place))
            at += timedelta(seconds=int(600 + made.expovariate(1 / 40_000)))
        thread += 1
    outline.sort()
    before: dict[int, Letter] = {}
    for number, (at, thread, place) in enumerate(outline[:count]):
        letter = _letter(seed, number, thread, place, at, before.get(thread), length)
        before[thread] = letter
        yield letter


def _letter(
    seed: int, number: int, thread: int, place: int, at: datetime, before: Letter | None, length: int
) -> Letter:
    made = random.Random(f"{seed}/{thread}/{place}")
    told = random.Random(f"{seed}/{thread}")
    language = told.choices(("pt", "es", "en"), (5, 3, 2))[0]
    known, weights = ranked(language)
    customer = int(8000 * told.random() ** 2)
    who = random.Random(f"who {customer}")
    name = f"{who.choice(_NAMES)} {who.choice(_SURNAMES)}"
    address = (
        f"{name.split(maxsplit=1)[0].lower()}{customer}@{who.choice(('correo', 'mail', 'empresa', 'loja'))}.example"
    )
    address = address.encode("ascii", "ignore").decode()
    about = " ".join(told.choices(known, cum_weights=weights, k=told.randint(2, 6)))
    about = f"{about[:1].upper()}{about[1:]} {told.randint(1000, 99999)}"
    # Half of what an answer says stands quoted in the next one.
    share = 0.42 * length
    how_many = max(5, int(made.lognormvariate(0, 0.6) * share / 1.197))
    lines = _paragraphs(made.choices(known, cum_weights=weights, k=how_many), made)
    own = f"{_GREETING[language]}\n\n{lines}\n\n{name if place % 2 == 0 else 'Lumen'}\n"
    quoted, text = "", own
    if before is not None:
        quoted = before.text[: 14 * length]
        marked = "\n".join(f"> {line}" if line[:1] != ">" else f">{line}" for line in quoted.split("\n"))
        said = _SAID[language].format(when=f"{before.at:%d/%m/%Y %H:%M}", who=before.name)
        text = f"{own}\n{said}\n{marked}\n"
    return Letter(
        number=number,
        thread=thread,
        place=place,
        at=at,
        language=language,
        name=name if place % 2 == 0 else "Lumen Ajuda",
        address=address,
        outgoing=place % 2 == 1,
        subject=about if before is None else f"Re: {about}",
        message_id=f"{seed}.{thread}.{place}@{'lumen' if place % 2 else 'mail'}.example",
        cites=() if before is None else (*before.cites, before.message_id),
        text=text,
        own_text=own,
        quoted_text=quoted,
    )


def _paragraphs(some: list[str], made: random.Random) -> str:
    lines, line, width = [], [], 0
    for word in some:
        if width + len(word) > 72:
            lines.append(" ".join(line))
            line, width = [], 0
            if made.random() < 0.2:
                lines.append("")
        if made.random() < 0.08:
            line.append(word + made.choice(".,.,;?"))
        else:
            line.append(word)
        width += len(word) + 1
    return "\n".join([*lines, " ".join(line)])


def raw(letter: Letter) -> bytes:
    """Return a letter as it comes over the wire: plain, with an HTML twin, HTML alone, or with a file."""
    made = random.Random(f"raw {letter.message_id}")
    sort = made.choices(("plain", "both", "html", "file"), (52, 38, 6, 4))[0]
    sender, receiver = (OWN, letter.address) if letter.outgoing else (letter.address, OWN)
    token = made.randbytes(60)
    day = format_datetime(letter.at)
    head = [
        f"Return-Path: <{sender}>",
        f"Delivered-To: {receiver}",
        f"Received: from mx{made.randint(1, 9)}.mail.example (mx.mail.example [192.0.2.{made.randint(1, 250)}])",
        f"\tby in.lumen.example (Postfix) with ESMTPS id {token[:6].hex().upper()}",
        f"\tfor <{receiver}>; {day}",
        f"Received: from [10.0.{made.randint(0, 255)}.{made.randint(0, 255)}] (localhost [127.0.0.1])",
        f"\tby mx.mail.example with ESMTPSA id {token[6:12].hex()}; {day}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={sender.split('@')[1]}; s=s1;",
        "\th=from:to:subject:date:message-id:in-reply-to:references:mime-version;",
        f"\tbh={base64.b64encode(token[:32]).decode()};",
        f"\tb={base64.b64encode(token * 2).decode()[:76]}",
        f"\t {base64.b64encode(token[20:] * 3).decode()[:76]}",
        f"From: {_word(letter.name)} <{sender}>",
        f"To: {receiver}",
        *([f"Cc: {made.choice(_NAMES).lower()}@empresa.example"] if made.random() < 0.1 else []),
        f"Subject: {_word(letter.subject)}",
        f"Date: {day}",
        f"Message-ID: <{letter.message_id}>",
        *([f"In-Reply-To: <{letter.cites[-1]}>"] if letter.cites else []),
        *(["References: " + "\r\n ".join(f"<{one}>" for one in letter.cites)] if letter.cites else []),
        "MIME-Version: 1.0",
        "X-Mailer: Correio 4.2",
    ]
    if sort == "plain":
        part = _text_part(letter.text, "plain", made)
        return ("\r\n".join(head) + "\r\n").encode() + part
    if sort == "html":
        return ("\r\n".join(head) + "\r\n").encode() + _text_part(_html(letter), "html", made)
    edge = f"=_{token[:10].hex()}"
    parts = [_text_part(letter.text, "plain", made)]
    if sort == "both":
        parts.append(_text_part(_html(letter), "html", made))
        kind = "alternative"
    else:
        parts.append(
            b'Content-Type: application/pdf; name="fatura.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
            b'Content-Disposition: attachment; filename="fatura.pdf"\r\n\r\n'
            + base64.encodebytes(b"%PDF-1.4\n" + made.randbytes(made.randint(2000, 12_000))).replace(b"\n", b"\r\n")
        )
        kind = "mixed"
    begin = f'Content-Type: multipart/{kind}; boundary="{edge}"\r\n\r\n'
    body = b"".join(f"--{edge}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{edge}--\r\n".encode()
    return ("\r\n".join(head) + "\r\n" + begin).encode() + body


def _word(text: str) -> str:
    """Write a header's text, as an encoded word where it is not plain ASCII."""
    if text.isascii():
        return text
    return "=?utf-8?b?" + base64.b64encode(text.encode()).decode() + "?="


def _html(letter: Letter) -> str:
    own = "".join(f"<div>{line or '<br>'}</div>\n" for line in letter.own_text.split("\n"))
    quote = ""
    if letter.quoted_text:
        inner = "".join(f"<div>{line or '<br>'}</div>\n" for line in letter.quoted_text.split("\n"))
        quote = (
            f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{letter.name}:<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">'
            f"{inner}</blockquote></div>"
        )
    return (
        '<html><head><meta charset="utf-8"><style>p {margin: 0; font-family: sans-serif}</style></head>\n'
        f'<body><div dir="ltr">{own}</div>{quote}</body></html>\n'
    )


def _text_part(text: str, kind: str, made: random.Random) -> bytes:
    data = text.replace("\n", "\r\n").encode()
    how = made.choices(("8bit", "quoted-printable", "base64"), (40, 50, 10))[0]
    if how == "quoted-printable":
        data = binascii.b2a_qp(data, istext=True)
    elif how == "base64":
        data = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {how}\r\n\r\n".encode() + data


if __name__ == "__main__":
    import time

    began = time.perf_counter()
    some = list(letters(5000))
    made_in = time.perf_counter() - began
    sizes = [len(raw(one)) for one in some]
    count = sum(len(one.text.split()) for one in some) / len(some)
    print(f"{count:.0f} words, {sum(sizes) / len(sizes):.0f} bytes, {len(some) / made_in:.0f} a second")
    print(f"{max(one.thread for one in some) + 1} threads; {len({one.address for one in some})} correspondents")
    print(some[-1].text[:900])
