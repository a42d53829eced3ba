"""Assessments of the desk: each answer is kept and taken back, and what the record lacks is counted, on both engines."""

import pytest
from made.post import HOUR, MONDAY, Post
from made.rows import decided

from storage.commands import assessing, knowing, responses
from storage.commands.desk import agent_named
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds import Subject
from storage.kinds.assessing import Gap
from storage.kinds.errors import NoSuch
from storage.kinds.personas import Persona
from storage.kinds.responses import Canned
from storage.queries.assessing import assessments, gaps
from storage.record import replay
from storage.store import Store


def test_each_answer_is_kept_taken_back_and_replayed(store: Store, second_store: Store) -> None:
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")

    def tell(command, *arguments, **choices):
        with store.writing() as session:
            return command(session, *arguments, actor=ana, now=MONDAY, **choices)

    def answers():
        with store.reading() as session:
            return [one.answers for _number, one in assessments(session)]

    number, _action = tell(assessing.begin)
    tell(assessing.answer, number, "size", "few")
    tell(assessing.answer, number, "channels", ("email", "chat"))
    assert tell(assessing.answer, number, "size", "few") is None, "it says so already"
    tell(assessing.answer, number, "usage", "none")
    assert answers() == [{"size": "few", "channels": ("email", "chat"), "usage": "none"}]
    tell(undo)
    assert answers() == [{"size": "few", "channels": ("email", "chat")}]
    tell(redo)
    tell(assessing.end, number, (Gap("icp"),))
    with store.reading() as session:
        ((_number, one),) = assessments(session)
        assert (one.ended_at, one.gaps) == (MONDAY, (Gap("icp"), Gap("usage")))
    tell(assessing.drop, number)
    assert answers() == []
    tell(undo)
    tell(undo)
    with store.reading() as session:
        ((_number, one),) = assessments(session)
        assert one.ended_at is None
    with pytest.raises(NoSuch):
        tell(assessing.answer, 99, "size", "few")
    with store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store)["entry"] == decided(store)["entry"]


def test_what_the_record_lacks_is_counted(store: Store) -> None:
    post = Post(store)
    for place, address in enumerate(("bo@acme.example", "li@acme.example", "max@gmail.com")):
        post.send(f"{place}@x", by=address, at=MONDAY + place * HOUR)
    with store.writing() as session:
        ana = Actor(agent_named(session, "Ana", now=MONDAY), "one")
        found = {one.name: one for one in gaps(session)}
        assert (found["touch"], found["profile"], found["language"]) == tuple(
            Gap(name, 3, 3) for name in ("touch", "profile", "language")
        )
        assert (found["organization"], found["named"]) == (Gap("organization", 1, 3), Gap("named", 1, 1))
        assert {"icp", "persona"} < set(found)
        assert not {"owner", "responses"} & set(found)
        choices = {"actor": ana, "now": MONDAY}
        knowing.set_fields(session, Subject.ORGANIZATION, 1, {"name": "ACME", "touch": "high"}, **choices)
        half = dict.fromkeys(("role", "opinion", "typology", "stage", "persona", "tone"), "x") | {"language": "es"}
        knowing.set_fields(session, Subject.PERSON, 1, half, **choices)
        knowing.keep_entry(session, Persona("buyer"), subject=None, subject_id=None, **choices)
        found = {one.name: one for one in gaps(session)}
        assert (found["touch"], found["profile"], found["language"]) == (
            Gap("touch", 1, 3),
            Gap("profile", 2, 3),
            Gap("language", 2, 3),
        )
        assert (found["owner"], found["responses"]) == (Gap("owner", 1, 1), Gap("responses", words=("es",)))
        assert not {"named", "persona"} & set(found)
        responses.keep(session, Canned("hola", "es", "Hola", "Hola."), shared=True, **choices)
        knowing.set_fields(session, Subject.ORGANIZATION, 1, {"owner": "Ana"}, **choices)
        assert not {"owner", "responses"} & {one.name for one in gaps(session)}
