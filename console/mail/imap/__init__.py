"""One mailbox on one IMAP server: a session of small, safe commands, and a reader of our own for whole messages."""

from console.mail.imap.errors import (
    CertificateRefused,
    FolderMissing,
    ImapError,
    MailboxLost,
    NeedsAgent,
    PlainRefused,
    ServerRefused,
    ServerSpokeNonsense,
    SignInRefused,
    StarttlsWithheld,
)
from console.mail.imap.folders import Folder
from console.mail.imap.opening import open_session
from console.mail.imap.rows import Fetched, FlagRow, Sized, TooLarge
from console.mail.imap.server import Server, Tls
from console.mail.imap.session import Session
from console.mail.imap.state import Changes, FolderState
from console.mail.imap.uids import UidRanges

__all__ = [
    "CertificateRefused",
    "Changes",
    "Fetched",
    "FlagRow",
    "Folder",
    "FolderMissing",
    "FolderState",
    "ImapError",
    "MailboxLost",
    "NeedsAgent",
    "PlainRefused",
    "Server",
    "ServerRefused",
    "ServerSpokeNonsense",
    "Session",
    "SignInRefused",
    "Sized",
    "StarttlsWithheld",
    "Tls",
    "TooLarge",
    "UidRanges",
    "open_session",
]
