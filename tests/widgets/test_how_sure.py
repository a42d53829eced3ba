"""Each rule of threading says how sure it is, each link why it is there, and no deed is told by its fact's own name."""

from datetime import UTC, datetime

import pytest

from storage.kinds import Evidence, LinkReason
from widgets.facts import fact_words
from widgets.text import link_words, sure_words
from widgets.undone import undone_words

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence.SIGNED, "certain"),
        (Evidence.REFERENCE, "sure"),
        (Evidence.QUOTED, "likely"),
        (Evidence.SUBJECT, "likely"),
        (Evidence.AGENT, ""),
        (Evidence.NEW, ""),
        (None, ""),
    ],
)
def test_a_rule_is_as_sure_as_what_it_goes_by(evidence, words):
    assert sure_words(evidence) == words
    assert sure_words(evidence, marked=True) == "unsure"  # whoever saw a number can cite it


@pytest.mark.parametrize("reason", list(LinkReason))
def test_each_link_has_words(reason):
    assert "_" not in link_words(reason.value)


def test_what_is_handled_by_hand_has_words():
    for after, words in ((True, "needs no answer"), (False, "needs an answer again")):
        assert fact_words("handled", {"after": after}, NOW) == words
        assert undone_words([("handled", {"after": after})], NOW, {}) == words
    changed = ("status_changed", {"before": "open", "after": "resolved"})
    assert undone_words([("handled", {"after": True}), changed], NOW, {}) == "resolved"
    assert undone_words([], NOW, {}) == ""
