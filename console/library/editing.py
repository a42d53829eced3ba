"""A response in the editor of one's choice, as its file."""

from collections.abc import Mapping
from dataclasses import replace

from console.files.editor import edit
from console.library import cards
from console.library.files import file_name, parsed, written
from storage.kinds.entries import Named
from storage.kinds.responses import Canned, ResponseView
from storage.rules.profile import Field


def edited(view: ResponseView) -> Canned:
    """Return a response as ``$VISUAL`` or ``$EDITOR`` leaves it, without its attachments; the terminal is the editor's.

    Raises:
        NotEdited: the editor did not start or ended badly, or what it left is no text.
        FileTrouble: what it left is no response.
    """
    kept = replace(view, owner="", canned=replace(view.canned, attachments=()))
    text = edit(written(kept), name=file_name(kept))
    return parsed(f"{text}\n", file_name(kept)).entry.canned


def edited_card(value: Named, fields: Mapping[str, Field]) -> Named:
    """Return a persona or an ICP as ``$VISUAL`` or ``$EDITOR`` leaves its file; the terminal is the editor's.

    Args:
        value: as it stands.
        fields: those that a criterion may ask of.

    Raises:
        NotEdited: as `edited`.
        FileTrouble: what it left is none.
    """
    name = cards.file_name(value)
    return cards.parsed(edit(cards.written(value), name=name), name, value.kind, fields)
