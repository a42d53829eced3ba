"""Mail out: the finished bytes of an answer and to whom they go; made once, when it is queued, and never again."""

from console.mail.composing.errors import (
    AttachmentGone,
    ComposingError,
    NoAddress,
    NoRecipient,
    NotAttachable,
    TooInvolved,
    TooLarge,
)
from console.mail.composing.fields import id_domain, wire_address
from console.mail.composing.letter import Composed, Letter, compose
from console.mail.composing.loading import load_files
from console.mail.composing.parts import File
from console.mail.composing.signing import signed

__all__ = [
    "AttachmentGone",
    "Composed",
    "ComposingError",
    "File",
    "Letter",
    "NoAddress",
    "NoRecipient",
    "NotAttachable",
    "TooInvolved",
    "TooLarge",
    "compose",
    "id_domain",
    "load_files",
    "signed",
    "wire_address",
]
