"""Which sort of machine wrote a message, if one did (RFC 3834, DOMAIN §9)."""

import re

from console.mail.parse.fields import Fields
from storage.kinds import Automatic

_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|bounces?)(?:[+\-=].*)?@|(?:mailer-daemon|postmaster)$"
)
_LIST_MACHINES = re.compile(r"(?:owner-[^@]+|[^@]+-(?:request|owner|bounces?))@")
_NOBODY = re.compile(r"(?:no|do-?not|nao|não|non?)[-_.]?(?:reply|responda|responder|respond|répondre)\b[^@]*@")
_VACATION = re.compile(
    r"\s*(?:auto(?:matic|mated)?[ \-]?(?:reply|response|responder)|out of (?:the )?office|resposta autom[áa]tica"
    r"|respuesta autom[áa]tica|ausente|fora do escrit[óo]rio|fuera de (?:la )?oficina|automatische antwort"
    r"|abwesenheit|r[ée]ponse automatique|absence du bureau|risposta automatica|automatisch antwoord|autosvar)\b",
    re.IGNORECASE,
)
_LIST_FIELDS = frozenset(
    (b"list-id", b"list-post", b"list-unsubscribe", b"list-help", b"list-subscribe", b"mailing-list")
)
_ANSWER_FIELDS = frozenset(
    (b"x-autoreply", b"x-autorespond", b"x-autoresponder", b"x-auto-reply-from", b"x-mail-autoreply")
)


def read(headers: Fields, media_type: str, report: str, author: str, subject: str) -> Automatic:  # noqa: C901 - a list of rules, strongest first
    """Say what wrote a message.

    Args:
        headers: of the message.
        media_type: of the whole message.
        report: the report-type of a multipart/report, in lower case.
        author: address of From, in lower case.
        subject: decoded.
    """
    submitted = (
        headers.text(b"auto-submitted").partition(";")[0].strip().lower() if b"auto-submitted" in headers else ""
    )
    returned = headers.text(b"return-path") if b"return-path" in headers else None
    is_empty_path = returned is not None and not returned.strip("<> \t")
    if (
        (media_type == "multipart/report" or report) and report != "disposition-notification"
    ) or b"x-failed-recipients" in headers:
        return Automatic.BOUNCE
    if _MACHINES.match(author):
        return Automatic.BOUNCE
    if submitted.startswith("auto-replied") or headers.has_any(_ANSWER_FIELDS):
        return Automatic.REPLY
    if report == "disposition-notification":
        return Automatic.REPLY
    precedence = headers.text(b"precedence").lower() if b"precedence" in headers else ""
    if precedence == "auto_reply":
        return Automatic.REPLY
    is_list = headers.has_any(_LIST_FIELDS)
    if _VACATION.match(subject) and not is_list:
        return Automatic.REPLY
    if submitted and submitted != "no":
        return Automatic.GENERATED
    if b"list-id" in headers or b"list-post" in headers or precedence == "list" or _LIST_MACHINES.match(author):
        return Automatic.LIST
    if precedence in ("bulk", "junk") or is_list:
        return Automatic.BULK
    if is_empty_path or _NOBODY.match(author):
        return Automatic.GENERATED
    return Automatic.NO
