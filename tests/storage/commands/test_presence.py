"""Who has a conversation open: local rows on both engines, gone by themselves, never on record."""

from datetime import timedelta

from made.post import MONDAY, Out, Post

from storage.commands.presence import note_presence
from storage.kinds import Doing
from storage.queries.presence import FRESH, present
from storage.record import verify
from storage.store import Store

NOTHING = timedelta()


def test_whoever_said_nothing_for_long_is_gone_and_nothing_of_it_is_on_record(store: Store) -> None:
    post = Post(store)
    post.send("q@x")
    ana, rui = (Out(post, name).actor.agent_id for name in ("Ana", "Rui"))

    def seen(later: timedelta = NOTHING) -> list[tuple[str, Doing]]:
        with store.reading() as session:
            return [(one.agent, one.doing) for one in present(session, now=MONDAY + later, but=ana)]

    def tell(number: int | None, agent_id: int = rui, console: str = "there", **given) -> None:
        with store.writing() as session:
            note_presence(session, number, agent_id=agent_id, console=console, **{"now": MONDAY, **given})

    with store.reading() as session:
        before = verify(session)
    tell(1)
    tell(1, ana, "here")
    assert seen() == [("Rui", Doing.LOOKING)]
    tell(1, doing=Doing.WRITING)
    tell(1, console="at home", now=MONDAY - timedelta(seconds=1))  # one agent at two consoles is one
    assert seen(FRESH - timedelta(seconds=2)) == [("Rui", Doing.WRITING)]
    assert seen(FRESH) == []
    tell(None)
    tell(None, console="at home")
    assert seen() == []
    tell(1, ana, "here", now=MONDAY + timedelta(hours=2))
    with store.reading() as session:
        assert verify(session) == before
