"""Words that mean the same to whoever types them: by one of them a command is found that bears another."""

from functools import cache

from storage.kinds.clean import folded
from widgets.language import _, chosen_language


def with_synonyms(words: str) -> str:
    """Return the words by which a command is found, with those that people say for them.

    Args:
        words: its name and its other words; a whole word among them brings along what means the same.
    """
    borne = set(folded(words).split())
    more = (text for text, group in _groups(chosen_language()) if not borne.isdisjoint(group))
    return " ".join((words, *more))


@cache
def _groups(_language: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the groups as they are written, and as sets of folded words; each has a command's own word in it."""
    written = (
        _("sort order arrange"),
        _("resolve solve done finish complete"),
        _("keep save store bookmark"),
        _("drop delete remove"),
        _("snooze sleep postpone remind later"),
        _("transfer escalate handoff handover"),
        _("take claim grab own"),
        _("join merge combine"),
        _("split separate divide detach"),
        _("tag label"),
        _("note comment internal"),
        _("reply answer respond"),
        _("history timeline log"),
        _("quit exit leave"),
        _("undo revert back"),
        _("search find look"),
        _("dashboard statistics metrics figures"),
        _("mark select choose pick"),
    )
    return tuple((text, frozenset(folded(text).split())) for text in written)
