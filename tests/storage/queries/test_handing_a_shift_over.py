"""What is handed over with a shift, on both engines; and that it was read, replayed alike."""

from made.post import DAY, HOUR, MONDAY, Out, Post

from storage.commands import handing_over, triage
from storage.kinds import Status
from storage.queries.handover import MOST, handover, last_handover, shift_began
from storage.record import replay
from storage.store import Store


def test_what_came_was_resolved_and_waits_is_told_since_the_shift_began(store: Store, second_store: Store) -> None:
    post = Post(store)
    ana = Out(post, "Ana").actor
    for number in range(MOST + 2):
        post.send(f"{number}@x", at=MONDAY + number * HOUR, by=f"n{number}@x.example", subject=f"S{number}")
    since = post.now + HOUR

    def tell(command, *given, now=since + HOUR, **more):
        with store.writing() as session:
            return command(session, *given, actor=ana, now=now, **more)

    tell(triage.set_status, [3], to=Status.RESOLVED, now=since - 1 * HOUR / 2)
    tell(triage.set_status, [1, 2], to=Status.RESOLVED)
    tell(triage.reopen, [2])
    with store.reading() as session:
        view = handover(session, since, now=since + 2 * HOUR)
        assert [one.conversation_id for one in view.changed["resolved"].rows] == [1]
        assert view.changed["new"].count == 0
        silent = [one.conversation_id for one in view.changed["silent"].rows]
        assert silent == [*range(4, MOST + 3)]
        early = handover(session, MONDAY + HOUR, now=since + 2 * HOUR)
        assert (early.changed["new"].count, len(early.changed["new"].rows)) == (MOST + 1, MOST)
        assert early.changed["new"].rows[0].subject == "S1"
        assert shift_began(session, agent_id=ana.agent_id, now=since) == since - 12 * HOUR
        assert last_handover(session) is None
    tell(handing_over.acknowledge, since, "read", now=since + 2 * HOUR)
    tell(handing_over.acknowledge, since, "", now=since + DAY)
    with store.reading() as log, second_store.writing() as target:
        replay(log, target)
    for one in (store, second_store):
        with one.reading() as session:
            last = last_handover(session)
            assert (last.at, last.agent_id, last.text) == (since + DAY, ana.agent_id, "")
            assert shift_began(session, agent_id=ana.agent_id, now=since + 2 * DAY) == since + DAY
