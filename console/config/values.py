"""Values of the configuration that more than one table has, and the error with which a wrong one is refused."""

from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from storage.kinds.clean import clean_line
from widgets.language import _


def refuse(sentence: str) -> PydanticCustomError:
    """Return the error that a validator raises: its text is ours, and says what to do."""
    # Braces would be read as places to fill in.
    return PydanticCustomError("plantao", "{sentence}", {"sentence": sentence})


def checked_line(text: str) -> str:
    """Return a text that is one clean line, not empty."""
    if not text or clean_line(text) != text:
        raise refuse(_("This must be one line of text, without control characters or doubled spaces. Write it anew."))
    return text


Line = Annotated[str, AfterValidator(checked_line)]
Language = Literal["en", "pt_BR", "es"]
