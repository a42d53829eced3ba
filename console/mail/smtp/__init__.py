"""Mail leaves by one SMTP server: many messages a connection, an answer per recipient, a say before the final dot."""

from console.mail.smtp.errors import (
    CertificateRefused,
    MessageTooLarge,
    MessageUnfit,
    NeedsAgent,
    OutcomeUnknown,
    PlainRefused,
    SenderRefused,
    ServerLost,
    ServerSpokeNonsense,
    SignInRefused,
    SmtpError,
    StarttlsWithheld,
    TryLater,
)
from console.mail.smtp.patience import Limits
from console.mail.smtp.transport import Envelope, Reply, Transport, open_transport

__all__ = [
    "CertificateRefused",
    "Envelope",
    "Limits",
    "MessageTooLarge",
    "MessageUnfit",
    "NeedsAgent",
    "OutcomeUnknown",
    "PlainRefused",
    "Reply",
    "SenderRefused",
    "ServerLost",
    "ServerSpokeNonsense",
    "SignInRefused",
    "SmtpError",
    "StarttlsWithheld",
    "Transport",
    "TryLater",
    "open_transport",
]
