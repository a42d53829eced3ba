"""What can be copied of a conversation, as text, and its way through the terminal to the system's clipboard."""

from typing import TYPE_CHECKING

from console.files.clipboard import Way, sequence
from storage.kinds.clean import clean, clean_line
from storage.views import ConversationView, MessageView

if TYPE_CHECKING:
    from textual.app import App


def number_text(view: ConversationView) -> str:
    """Return the conversation's number, as commands take it: ``#4213``."""
    return f"#{view.conversation_id}"


def address_text(view: ConversationView) -> str:
    """Return the customer's address; empty when it is not known."""
    return clean_line(view.customer_address)


def link_text(message: MessageView, number: int) -> str:
    """Return the address that link ``[number]`` of a message stands for; empty when there is none of that number."""
    return clean_line(message.links[number - 1]) if 0 < number <= len(message.links) else ""


def body_text(message: MessageView) -> str:
    """Return what its author wrote: without quotes and signature, all of it where nothing else is left."""
    reply = message.reply_text if message.reply_text.strip() else message.text
    return clean(reply).strip("\n")


def quote_text(message: MessageView) -> str:
    """Return what its author wrote as a quotation, each line behind ``> ``, deeper quotations without a space."""
    lines = body_text(message).split("\n")
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines) + "\n"


def send(app: "App[int]", text: str, way: Way = "plain") -> None:
    """Send text to the terminal, for the system's clipboard.

    It goes through Textual's driver in one piece, between two frames: no frame is torn, and no filter of lines sees
    it. Whether the terminal obeys cannot be known: it does not answer.

    Raises:
        NotCopied: it is too long, empty, or switched off; nothing was sent.
    """
    made = sequence(text, way=way)
    driver = app._driver  # noqa: SLF001 - Textual's own copy_to_clipboard knows neither tmux nor a bound
    if driver is not None:
        driver.write(made)
        driver.flush()
