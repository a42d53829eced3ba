"""The small files that customers and agents attach, made from their name: PDF, PNG, CSV, log, calendar, winmail.dat."""

import hashlib
import random
import struct
import zlib
from datetime import datetime, timedelta

_LEVELS = ("INFO", "INFO", "INFO", "DEBUG", "INFO", "WARN", "INFO", "ERROR")
_EVENTS = (
    "uplink keepalive ok rtt={0}ms",
    "sensor {1} report rssi=-{0}dBm battery={0}%",
    "sensor {1} missed report, retry {1} of 3",
    "queue flushed, {0} records",
    "time source drift {1}.{0}s, corrected",
    "radio channel busy, backing off {0}ms",
    "POST /v2/ingest 202 {0}ms",
    "POST /v2/ingest 504 30000ms, kept for retry",
)


def made_file(name: str, moment: datetime, *, long: bool = False) -> tuple[str, bytes]:
    """Return the media type and the content of a file with this name.

    Args:
        name: its extension chooses the kind, all of it what varies.
        moment: when it was made, aware.
        long: a log of thousands of lines instead of some dozens.
    """
    match name.rsplit(".", 1)[-1]:
        case "pdf":
            return "application/pdf", pdf(name.removesuffix(".pdf").replace("-", " "), moment)
        case "png":
            return "image/png", png(name)
        case "csv":
            return "text/csv", table(name).encode("utf-8")
        case "log":
            return "text/plain", log(name, moment, lines=3000 if long else 60).encode()
        case _:
            return "application/octet-stream", _chance(name).randbytes(600)


def pdf(title: str, moment: datetime) -> bytes:
    """Return one page that says its title and its day: a whole, valid PDF 1.4."""
    says = f"{title}   {moment:%Y-%m-%d}".encode("latin-1", "replace").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 18 Tf 72 760 Td (" + says + b") Tj 0 -30 Td /F1 11 Tf (Lumen) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def png(name: str) -> bytes:
    """Return a small picture: bands of colour chosen by the name."""
    chance = _chance(name)
    width, height = 160, 96
    bands = [bytes(chance.randrange(40, 230) for _ in range(3)) for _ in range(6)]
    rows = b"".join(b"\0" + bands[row * len(bands) // height] * width for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def table(name: str) -> str:
    """Return a CSV of some dozens of rows."""
    chance = _chance(name)
    rows = ["ref;description;qty;price"]
    wares = ("caixa 30x20", "Café Größe M", "tela azul", "palé mixto", "label 100x60", "sensor T2", "fita", "balcón")
    for number in range(chance.randrange(20, 60)):
        price = chance.randrange(100, 90000) / 100
        rows.append(f"{1000 + number};{chance.choice(wares)};{chance.randrange(1, 40)};{price:.2f}")
    return "\r\n".join(rows) + "\r\n"


def log(name: str, moment: datetime, *, lines: int) -> str:
    """Return the log of a machine that ends at `moment`."""
    chance = _chance(name)
    at = moment - timedelta(seconds=7 * lines)
    written = []
    for _ in range(lines):
        at += timedelta(seconds=chance.randrange(1, 13))
        says = chance.choice(_EVENTS).format(chance.randrange(20, 95), chance.randrange(1, 9))
        written.append(f"{at:%Y-%m-%dT%H:%M:%S}Z {chance.choice(_LEVELS):5} gw {says}")
    return "\n".join(written) + "\n"


def calendar(title: str, moment: datetime, organizer: str, attendee: str) -> str:
    """Return a request to meet at 9:30 two days after `moment` (RFC 5545, RFC 5546)."""
    day = moment + timedelta(days=2)
    uid = hashlib.sha256(f"{title}{organizer}".encode()).hexdigest()[:20]
    lines = (
        "BEGIN:VCALENDAR",
        "PRODID:-//Example//Calendar 1.0//EN",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{uid}@calendar.example",
        f"DTSTAMP:{moment:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{day:%Y%m%d}T123000Z",
        f"DTEND:{day:%Y%m%d}T133000Z",
        f"SUMMARY:{title.replace(',', chr(92) + ',')}",
        f"ORGANIZER:mailto:{organizer}",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{attendee}",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "\r\n".join(lines) + "\r\n"


def winmail(name: str, content: bytes) -> bytes:
    """Return a winmail.dat that wraps one file (MS-OXTNEF, sections 2.1.2 and 2.1.3)."""
    title = name.encode("ascii") + b"\0"

    def attribute(level: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    return b"".join(
        (
            struct.pack("<IH", 0x223E9F78, 1),
            attribute(1, 0x00089006, struct.pack("<I", 0x00010000)),  # attTnefVersion
            attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),  # attOemCodepage
            attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\0"),  # attMessageClass
            attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0)),  # attAttachRenddata
            attribute(2, 0x00018010, title),  # attAttachTitle
            attribute(2, 0x0006800F, content),  # attAttachData
        )
    )


def _chance(name: str) -> random.Random:
    return random.Random(hashlib.sha256(name.encode()).digest())  # noqa: S311 - repeatable on purpose, no secret
