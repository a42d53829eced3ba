"""The mail that is not ordinary: bounces, machines, signatures, and what arrives broken."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parseaddr

from console.demo.letters import Letter
from console.demo.mime import Part, mail, mailbox, multipart, references, text_part, words
from console.demo.staff import DOMAIN


def bounce(sent: Letter, identity: str, diagnostic: str, at: datetime, *, cites: bool) -> Letter:
    """Return the delivery report for a letter (RFC 3462, RFC 3464).

    Args:
        sent: the letter that came back.
        identity: the Message-ID of the report.
        diagnostic: what the other server said, its status first.
        at: when it came back.
        cites: whether the report names the letter in its headers, as some servers do.
    """
    recipient = parseaddr(sent.to)[1]
    code, status = diagnostic.split()[:2]
    said = (
        f"This is the mail system at host mx.{DOMAIN}.\n\nI'm sorry to have to inform you that your message could not\n"
        f"be delivered to one or more recipients. It's attached below.\n\n<{recipient}>: {diagnostic}\n"
    )
    report = (
        f"Reporting-MTA: dns; mx.{DOMAIN}\nArrival-Date: {format_datetime(sent.written_at)}\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {code} {diagnostic.partition(' ')[2]}\n"
    )
    original = Part((("Content-Type", "message/rfc822"),), sent.raw.replace(b"\r\n", b"\n"))
    parts = [
        text_part(said),
        Part((("Content-Type", "message/delivery-status"),), report.encode("ascii", "replace")),
        original,
    ]
    boundary = "bounce_" + hashlib.sha256(identity.encode()).hexdigest()[:20]
    content = multipart("report", parts, boundary, parameters="; report-type=delivery-status")
    cited = (*sent.references, sent.message_id) if cites else ()
    author = f"Mail Delivery System <MAILER-DAEMON@{DOMAIN}>"
    headers = [
        ("Return-Path", "<>"),
        ("From", mailbox(author)),
        ("To", mailbox(sent.author)),
        ("Subject", words("Undelivered Mail Returned to Sender")),
        ("Date", format_datetime(at)),
        ("Message-ID", identity),
        ("Auto-Submitted", "auto-replied"),
    ]
    if cited:
        headers += [("In-Reply-To", cited[-1]), ("References", references(cited))]
    return Letter(
        message_id=identity,
        references=cited,
        author=author,
        to=sent.author,
        cc="",
        subject="Undelivered Mail Returned to Sender",
        written_at=at,
        plain=said,
        html="",
        raw=mail(headers, content),
        kinds=frozenset({"bounce"}),
    )


def machine_headers(options: Mapping[str, str], author: str) -> list[tuple[str, str]]:
    """Return the headers by which machines, lists and filters mark a mail (RFC 3834, RFC 2919, RFC 2369).

    Args:
        options: of the turn.
        author: `Name <address>`.
    """
    address = parseaddr(author)[1]
    domain = address.rpartition("@")[2]
    headers: list[tuple[str, str]] = []
    if "auto" in options:
        if "broken" in options:  # a machine's report, which answers nothing
            headers.append(("Auto-Submitted", "auto-generated"))
        else:
            notice = hashlib.sha256(author.encode()).hexdigest()[:16]  # of the desk's own notices, which nobody keeps
            headers += [("In-Reply-To", f"<notice.{notice}@{DOMAIN}>"), ("Auto-Submitted", "auto-replied")]
            headers.append(("Precedence", "auto_reply"))
        headers.append(("X-Auto-Response-Suppress", "All"))
    if "bulk" in options:
        name, place = parseaddr(options.get("list", f"News <news.{domain}>"))
        headers += [
            ("List-Id", f"{words(name, 'List-Id')} <{place}>"),
            ("List-Unsubscribe", f"<mailto:unsubscribe@{domain}>, <https://{domain}/unsubscribe>"),
            ("Precedence", "bulk"),
        ]
    if "spam" in options:
        headers += [("X-Spam-Flag", "YES"), ("X-Spam-Status", "Yes, score=9.4 required=5.0"), ("X-Priority", "1")]
    return headers


def signed(content: Part, key: str) -> Part:
    """Wrap a part into multipart/signed (RFC 1847) with an OpenPGP signature that nobody can verify."""
    noise = b"".join(hashlib.sha256(f"{key}.{number}".encode()).digest() for number in range(8))
    armour = base64.encodebytes(noise).decode("ascii")
    text = f"-----BEGIN PGP SIGNATURE-----\n\n{armour}-----END PGP SIGNATURE-----\n"
    signature = Part(
        (
            ("Content-Type", 'application/pgp-signature; name="signature.asc"'),
            ("Content-Description", "OpenPGP digital signature"),
        ),
        text.encode("ascii"),
    )
    boundary = "sig_" + hashlib.sha256(key.encode()).hexdigest()[:20]
    parameters = '; micalg=pgp-sha256; protocol="application/pgp-signature"'
    return multipart("signed", [content, signature], boundary, parameters=parameters)


def spoil(raw: bytes, how: str) -> bytes:
    """Break a whole mail the way real ones are broken.

    Args:
        raw: the mail.
        how: ``8bit`` puts Latin-1 bytes into headers and body and names no charset; ``charset`` names one that does
            not exist; ``boundary`` announces another boundary than is used; ``truncated`` ends in the middle of a
            file; ``noid`` leaves it without Message-ID (the caller has left it out).

    Raises:
        ValueError: there is no such way.
    """
    match how:
        case "8bit":
            return _eight_bit(raw)
        case "charset":
            return raw.replace(b"charset=utf-8", b"charset=x-ibm-unheard-of", 1)
        case "boundary":
            return raw.replace(b'boundary="mix_', b'boundary="lost_', 1)
        case "truncated":
            return raw[: raw.index(b"base64") + (len(raw) - raw.index(b"base64")) // 2]
        case "noid":
            return raw
        case _:
            raise ValueError(f"no way to break a mail: {how}")


def _eight_bit(raw: bytes) -> bytes:
    """Return a mail whose text stands in raw Latin-1, headers too, with nothing that says so."""
    from email import message_from_bytes, policy

    read = message_from_bytes(raw, policy=policy.default)
    lines = [
        f"{name}: {value}"
        for name, value in read.items()
        if name.lower() not in {"mime-version", "content-type", "content-transfer-encoding"}
    ]
    return "\r\n".join((*lines, "", *str(read.get_content()).splitlines(), "")).encode("latin-1", "replace")
