"""What a desk has laid down of calendars and policies, read out of its entries on both engines."""

from datetime import time, timedelta

from made.post import MONDAY, Out, Post

from storage.commands import knowing
from storage.kinds import EntryKind
from storage.kinds.hours import Calendar, KeptCalendar, Window
from storage.kinds.policies import KeptPolicy, Metric, Policy
from storage.queries.hours import terms
from storage.record import replay
from storage.rules.hours import ALWAYS
from storage.store import Store

OFFICE = Calendar("office", "Europe/Madrid", tuple(Window(day, time(9), time(18)) for day in range(5)), "ES", "MD")


def test_they_are_entries_of_the_desk_and_come_back_by_replay(store: Store, second_store: Store) -> None:
    ana = Out(Post(store), "Ana")
    with store.writing() as session:
        assert set(terms(session).policies) == {"default", "n2", "n3"}
        assert terms(session).hours("office") is ALWAYS
        own = Policy("vip", {Metric.FIRST_RESPONSE: timedelta(minutes=30)}, "office")
        for value in (KeptCalendar("office", (OFFICE,)), KeptPolicy("vip", (own,))):
            knowing.keep_entry(session, value, actor=ana.actor, now=MONDAY)
        bad = Calendar("bad", "Mars/Olympus", OFFICE.windows)
        knowing.keep_entry(session, KeptCalendar("bad", (bad,)), actor=ana.actor, now=MONDAY)
    with store.reading() as session, second_store.writing() as target:
        replay(session, target)
    for one in (store, second_store):
        with one.reading() as session:
            found = terms(session)
        assert found.calendars["office"].versions == (OFFICE,)
        assert found.policies["vip"].versions == (own,)
        assert own in found.versions()
        assert (EntryKind.POLICY, "vip") in found.entries
        assert found.hours("office").versions == (OFFICE,)
        # A zone that this machine does not know leaves nobody with more time than there is.
        assert found.hours("bad") is ALWAYS
