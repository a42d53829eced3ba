"""What can stand in the way of an answer's bytes; each error is a sentence, and the draft stays as it is."""

from console.config.errors import ConsoleError
from storage.kinds.clean import clean_line
from widgets.language import _

_SHOWN = 200
_MEGABYTE = 1_000_000


class ComposingError(ConsoleError):
    """An answer cannot be made as it stands; nothing was queued."""


class NoAddress(ComposingError):
    """What stands as an address is none that mail can be sent to or from.

    Attributes:
        address: what stands there, clean.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = clean_line(address)[:_SHOWN]

    def __str__(self) -> str:
        """Name the address."""
        return _("{address} is no mail address. Mend it, or take it out.").format(address=self.address or '""')


class NoRecipient(ComposingError):
    """Nobody is named to whom it would go."""

    def __str__(self) -> str:
        """Say what is missing."""
        return _("It is addressed to nobody. Name somebody under To, Cc or Bcc.")


class AttachmentGone(ComposingError):
    """A file that was attached is not there any more, or cannot be read.

    Attributes:
        name: of the file, clean.
        reason: what the system or the desk said, a clause.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = clean_line(name)[:_SHOWN]
        self.reason = clean_line(reason)

    def __str__(self) -> str:
        """Name the file, and say why."""
        return _("{name} cannot be attached any more ({reason}). Attach it anew, or take it off.").format(
            name=self.name, reason=self.reason
        )


class NotAttachable(ComposingError):
    """A file that is to be attached cannot be.

    Attributes:
        path: as it was named, clean.
        reason: what the system said.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = clean_line(path)[:_SHOWN]
        self.reason = clean_line(reason)

    def __str__(self) -> str:
        """Name the file, and say why."""
        return _("{path} cannot be attached: {why}.").format(path=self.path, why=self.reason)


class TooLarge(ComposingError):
    """A message would be larger than this desk reads, and than most servers take.

    Attributes:
        size: bytes that it would have.
        most: bytes that it may have.
    """

    def __init__(self, size: int, most: int) -> None:
        super().__init__(size, most)
        self.size = size
        self.most = most

    def __str__(self) -> str:
        """Say how large it would be, and what to do."""
        return _(
            "The message would have {size} MB; this desk and most servers take at most {most}. Send a link, or less."
        ).format(size=-(-self.size // _MEGABYTE), most=self.most // _MEGABYTE)


class TooInvolved(ComposingError):
    """A message is built in a way that this desk would not read itself, such as of a thousand attachments."""

    def __str__(self) -> str:
        """Say what is too much."""
        return _("The message has too many parts for this desk to read. Attach less, or one archive.")


class NothingWritten(ComposingError):
    """A note, or what was said in a call, is empty."""

    def __str__(self) -> str:
        """Say what is missing."""
        return _("There is no text to keep. Nothing was done.")


class TooLong(ComposingError):
    """A note is longer than notes are kept.

    Attributes:
        length, most: characters.
    """

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length, most)
        self.length, self.most = length, most

    def __str__(self) -> str:
        """Say how long it is and may be."""
        return _("The text has {length} characters, a note at most {most}: keep the part that matters.").format(
            length=self.length, most=self.most
        )
