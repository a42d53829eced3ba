"""Erasing: what somebody said and who they were is taken out for ever; numbers, times and figures stay."""

from storage.commands.erasing.erase import erase
from storage.commands.erasing.finishing import digests_of, note_finished, unfinished
from storage.commands.erasing.retaining import erase_forgotten, erase_old, keep_period

__all__ = [
    "digests_of",
    "erase",
    "erase_forgotten",
    "erase_old",
    "keep_period",
    "note_finished",
    "unfinished",
]
