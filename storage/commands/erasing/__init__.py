"""Erasing: what somebody said and who they were is taken out for ever; numbers, times and figures stay."""

from storage.commands.erasing.erase import erase
from storage.commands.erasing.finishing import digests_of, note_finished, pointed_at, unfinished

__all__ = ["digests_of", "erase", "note_finished", "pointed_at", "unfinished"]
