"""What a rule would be made of from a conversation, and a trial that ends when nobody waits for it."""

from datetime import timedelta

from made.desk import START, MadeDesk
from sqlalchemy import update

from storage.apply.base import table
from storage.kinds import Direction
from storage.kinds.filing import Conditions
from storage.models import MessageText
from storage.queries.ruling import kind_of_mail, tried


def minutes(n):
    return timedelta(minutes=n)


def test_a_rule_is_drawn_up_of_what_the_customer_wrote_last_by_sender_and_subject(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message(
            "Bom dia", subject="Re: Fwd: Nota fiscal de um dois três quatro cinco seis sete", at=minutes(0)
        )
        desk.message("Recebi.", conversation=one, at=minutes(9), direction=Direction.OUTGOING)
        asked = kind_of_mail(session, one)
    assert asked.sender == "ana@acme.example"
    assert asked.list_id == ""
    assert asked.subject.split()[:2] == ["nota", "fiscal"] or asked.subject.split()[:2] == ["Nota", "fiscal"]
    assert len(asked.subject.split()) == 8


def test_of_a_list_the_list_counts_and_its_text_cannot_act(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("Novidades", subject="Boletim 12", at=minutes(0))
        rows = table(MessageText)
        session.connection().execute(update(rows).values(details={"list_id": "news.\x1b[2Jletters.example"}))
        asked = kind_of_mail(session, one)
    assert asked.subject == ""
    assert asked.list_id == "news.[2Jletters.example"


def test_a_conversation_of_ours_alone_and_one_there_is_none_of_ask_for_nothing(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        one = desk.message("Oi", at=minutes(0), direction=Direction.OUTGOING)
        assert kind_of_mail(session, one) == Conditions()
        assert kind_of_mail(session, 999) == Conditions()


def test_a_trial_stops_when_nobody_waits_for_it_any_more(store):
    with store.writing() as session:
        desk = MadeDesk(session)
        for number in range(510):
            desk.message(f"Oi {number}", at=minutes(number))
    asked = []

    def stopped() -> bool:
        asked.append(True)
        return True

    with store.reading() as session:
        whole = tried(session, Conditions(sender="@acme.example"), since=START - timedelta(days=1), limit=3)
        part = tried(session, Conditions(sender="@acme.example"), since=START - timedelta(days=1), stopped=stopped)
    assert (whole.count, whole.looked_at, len(whole.first)) == (510, 510, 3)
    assert [met.arrived_at for met in whole.first] == sorted((met.arrived_at for met in whole.first), reverse=True)
    assert (part.looked_at, asked) == (500, [True])
