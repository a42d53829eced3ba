"""What an empty queue says: the truth about the mail, what comes next, and the keys that lead on."""

from datetime import UTC, datetime, timedelta

import pytest

from console.screens import standing
from console.screens.asking import Elsewhere, SyncState, views
from storage.views import MailboxView

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


@pytest.fixture
def mailbox():
    def make(name: str = "suporte", **choices) -> MailboxView:
        values = {
            "mailbox_id": 1,
            "name": name,
            "address": f"{name}@lumen.example",
            "group": "",
            "live_since": NOW,
            "state": "ok",
            "trouble": "",
            "words": "",
            "since": None,
            "synced_at": NOW,
            "done": 0,
            "total": 0,
        }
        return MailboxView(**(values | choices))

    return make


def empty(*mailboxes, key="1", counts=None, elsewhere=None):
    view = next(view for view in views() if view.key == key)
    return standing.empty_view(view, views(), counts or {}, SyncState(mailboxes), elsewhere or Elsewhere(), NOW)


def test_at_rest_it_says_so_and_where_else_there_is_work(mailbox):
    sentence, facts, keys = empty(
        mailbox(), counts={"1": 0, "2": 5, "3": 1000}, elsewhere=Elsewhere(waiting=9, on_hold=2)
    )
    assert sentence == "Nothing waits for you."
    assert facts == [("stand still", "9 for customers, 2 on hold")]
    assert [key for key, _words in keys] == ["2", "3", "/"]
    assert keys[1] == ("3", "All, 999+")


def test_a_first_sync_of_forty_thousand_is_counted_and_the_old_mail_is_history(mailbox):
    sentence, facts, _keys = empty(mailbox(state="syncing", done=3120, total=40_000))
    assert sentence == "The newest mail comes first."
    assert ("mail is read", "3,120 of 40,000") in facts
    assert ("old mail", "is history: settled, and nothing rings") in facts


def test_mail_that_stopped_is_never_called_nothing(mailbox):
    since = NOW - timedelta(minutes=20)
    stopped = mailbox("suporte", state="stopped", trouble="SignInRefused", since=since)
    sentence, facts, keys = empty(stopped)
    assert sentence == "Nothing here, but no mail comes in."
    assert facts == [("mail stopped", "suporte, since 09:12")]
    assert keys[0] == ("x", "mend the mail that stopped")
    sentence, facts, keys = empty(stopped, mailbox("vendas"))
    assert sentence == "Nothing waits for you.", "the other mailbox goes on"
    assert facts == [("mail stopped", "suporte, since 09:12")]
    assert keys[0][0] == "x"


def test_what_was_imported_has_no_server_and_is_not_waited_for(mailbox):
    imported = mailbox("arquivo", state="never", live_since=None, synced_at=None)
    assert empty(imported)[:2] == ("Nothing waits for you.", [])
    stopped = mailbox("suporte", state="stopped")
    assert empty(imported, stopped)[0] == "Nothing here, but no mail comes in."


def test_mailboxes_that_cannot_be_reached_or_were_never_read_are_named(mailbox):
    many = [mailbox(f"caixa {n}", state="lost") for n in range(5)]
    _sentence, facts, keys = empty(*many, mailbox("nova", state="never"))
    assert facts == [("unreachable", "caixa 0, caixa 1, caixa 2 +2"), ("not read yet", "nova")]
    assert "x" not in [key for key, _words in keys], "it is tried again by itself"


def test_the_first_start_names_the_command_and_a_desk_to_try():
    sentence, facts, keys = standing.first_start()
    said = " ".join(value for _label, value in facts)
    assert sentence == "No mailbox yet."
    assert "plantao account add NAME --address A --imap HOST:PORT --user U" in said
    assert "plantao demo" in said
    assert ("q", "leave") in keys


def test_a_filter_that_finds_nothing_is_repeated():
    sentence, _facts, keys = standing.nothing_found(views()[0], "tag:vip from:ana")
    assert sentence == "Nothing here for: tag:vip from:ana"
    assert keys[0] == ("Esc", "all of Mine")


def test_opening_and_failing_say_what_is():
    assert standing.opening("")[0] == "Opening the desk."
    assert standing.opening("It cannot be opened.")[0] == "It cannot be opened."
    assert standing.opening("x")[2] == (("q", "leave"),)
