"""New mail is answered by itself over real servers: once, in the customer's language, and never in a loop."""

import email
import email.policy
import shutil
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest
from servers.boxes import letter

from console.config.accounts import Account
from console.mail.acknowledging import Acknowledging, faults
from storage.commands import acknowledging as commands
from storage.commands import knowing, responses, ruling, triage
from storage.kinds import Delivery, Direction, DraftKind, Status, Subject
from storage.kinds.filing import Conditions, Deeds
from storage.kinds.responses import Canned
from storage.rules.acknowledging import CEILING
from storage.store import Store, open_store
from tests.console.mail.sending.conftest import Desk, make_desk

TEXTS = {
    "pt_BR": "Olá{% if customer.first_name %}, {{ customer.first_name }}{% endif %}. Recebemos «{{ conversation.subject }}».",
    "en": "Hello. We received it as {{ conversation.number }}.",
}


def keep(desk: Desk, shortcode: str = "recebido", **texts: str) -> None:
    with desk.store.writing() as session:
        for language, body in (texts or TEXTS).items():
            canned = Canned(shortcode, language, "Recebido", body)
            responses.keep(session, canned, shared=True, actor=desk.actor, now=datetime.now(UTC))


def opened(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def said(raw: bytes) -> str:
    return opened(raw).get_content().strip()


def asked(number: int, sender: str, **given) -> bytes:
    return letter(number, sender=sender, to="support@desk.example", **given)


@pytest.fixture
def desk(sync_store: Store, box: Callable, postfix) -> Desk:
    """A desk that acknowledges."""
    made = make_desk(sync_store, box, postfix.port, acknowledge="recebido")
    keep(made)
    made.sync()
    return made


def test_it_is_acknowledged_once_in_the_customers_language_and_waits_as_before(desk: Desk, postfix) -> None:
    who = "una@customer.example"
    desk.box.deliver(asked(1, who))
    desk.sync()
    (raw,) = postfix.wait_for(1, who)
    mail = opened(raw)
    assert mail["Return-Path"] == "<>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Subject"] == "Auto: Pedido 1"
    assert [one.addr_spec for one in mail["To"].addresses] == [who]
    assert mail["In-Reply-To"] == mail["References"] == "<m1@example.com>"
    assert mail["From"].addresses[0].addr_spec == "support@desk.example"
    assert said(raw) == "Olá, Ana. Recebemos «Pedido 1»."
    view = desk.view(1)
    assert view.status is Status.NEW
    assert view.waiting_since == view.messages[0].arrived_at
    assert [one.direction for one in view.messages] == [Direction.INCOMING, Direction.OUTGOING]
    assert not view.messages[0].handled
    assert r"\Answered" not in desk.box.flags()[0]
    desk.box.deliver(asked(2, who, answers=1, subject="Re: Pedido 1", text="Alguma novidade?"))
    desk.sync()
    desk.sync()
    postfix.until_idle()
    assert len(postfix.arrived(who)) == 1
    assert [desk.states(one.message_id) for one in desk.view(1).messages if one.delivery] == [[Delivery.FILED]]
    # An agent's answer leaves as if nothing had been sent before.
    desk.send(1, to=who)
    desk.sync()
    postfix.wait_for(2, who)
    assert desk.view(1).status is Status.WAITING


def test_it_goes_to_the_return_path_alone(desk: Desk, postfix) -> None:
    raw = b"Return-Path: <path@customer.example>\r\nReply-To: evil@customer.example\r\n"
    desk.box.deliver(raw + asked(3, "from@customer.example"))
    desk.box.deliver(b"Return-Path: <>\r\n" + asked(4, "null@customer.example"))
    desk.sync()
    (mail,) = postfix.wait_for(1, "path@customer.example")
    assert [one.addr_spec for one in opened(mail)["To"].addresses] == ["path@customer.example"]
    postfix.until_idle()
    for nobody in ("from@customer.example", "evil@customer.example", "null@customer.example"):
        assert postfix.arrived(nobody) == []


def test_whom_a_model_keeps_from_it_is_not_answered_by_itself(desk: Desk, postfix) -> None:
    with desk.store.writing() as session:
        who = {"actor": desk.actor, "now": datetime.now(UTC)}
        number, _action = knowing.make_organization(session, "Quiet", **who)
        knowing.keep_domain(session, number, "quiet.example", **who)
        knowing.set_fields(session, Subject.ORGANIZATION, number, {"touch": "high"}, **who)
    desk.box.deliver(asked(1, "bia@quiet.example"), asked(2, "una@customer.example"))
    desk.sync()
    postfix.wait_for(1, "una@customer.example")
    postfix.until_idle()
    assert postfix.arrived("bia@quiet.example") == []


def test_the_language_is_theirs_else_the_accounts_else_english(sync_store: Store, box: Callable, postfix) -> None:
    desk = make_desk(sync_store, box, postfix.port, acknowledge="recebido", language="es")
    keep(desk, **TEXTS, es="Hola. Lo recibimos.")
    desk.sync()
    english = "Good morning,\n\nthe order has not arrived yet and I would like to have it before the weekend, please.\n"
    desk.box.deliver(asked(1, "l1@customer.example", text=english), asked(2, "l2@customer.example", text="2026\n"))
    desk.sync()
    assert said(postfix.wait_for(1, "l1@customer.example")[0]) == "Hello. We received it as #1."
    assert said(postfix.wait_for(1, "l2@customer.example")[0]) == "Hola. Lo recibimos."


def test_out_of_hours_another_text_goes_out(sync_store: Store, box: Callable, postfix) -> None:
    now = datetime.now(UTC)
    day = f"{now + timedelta(days=3):%a}".lower()
    desk = make_desk(
        sync_store, box, postfix.port, acknowledge="recebido", out_of_hours="fechado",
        hours=f"{day} 09:00-10:00", zone="UTC",
    )  # fmt: skip
    keep(desk)
    keep(desk, "fechado", pt_BR="Estamos fechados.")
    desk.sync()
    who = "noite@customer.example"
    desk.box.deliver(asked(1, who))
    desk.sync()
    assert said(postfix.wait_for(1, who)[0]) == "Estamos fechados."


def test_what_rules_make_quiet_or_spam_and_what_was_dealt_with_is_not_answered(
    desk: Desk, postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    with desk.store.writing() as session:
        for sender, deeds in (
            ("ads@customer.example", Deeds(spam=True)),
            ("log@customer.example", Deeds(ignores=True)),
        ):
            ruling.lay_down(session, sender, Conditions(sender=sender), deeds, actor=desk.actor, now=now)
    senders = [f"{name}@customer.example" for name in ("ads", "log", "done", "binned", "machine", "fine")]
    letters = [asked(number, sender) for number, sender in enumerate(senders, 1)]
    letters[4] = b"List-Unsubscribe: <mailto:x@customer.example>\r\n" + letters[4]
    desk.box.deliver(*letters)
    with monkeypatch.context() as patched:  # whoever is quicker than the desk
        patched.setattr(Acknowledging, "make", lambda _self: 0)
        desk.sync()
    with desk.store.writing() as session:
        triage.handle(session, [3], handled=True, actor=desk.actor, now=now)
        triage.set_status(session, [4], to=Status.TRASH, actor=desk.actor, now=now)
    desk.sync()
    postfix.wait_for(1, "fine@customer.example")
    postfix.until_idle()
    assert [len(postfix.arrived(sender)) for sender in senders] == [0, 0, 0, 0, 0, 1]


def test_whom_a_person_answered_is_not_acknowledged_again(desk: Desk, postfix) -> None:
    who = "dialogo@customer.example"
    desk.box.deliver(asked(1, who))
    desk.sync()
    desk.send(1, to=who)
    desk.sync()
    mail = opened(postfix.wait_for(2, who)[-1])
    desk.box.deliver(
        asked(2, who, answers=str(mail["Message-ID"]).strip("<>"), subject="Outro assunto", text="Obrigada.")
    )
    desk.sync()
    assert len(desk.view(1).messages) == 4
    postfix.until_idle()
    assert len(postfix.arrived(who)) == 2


@pytest.mark.parametrize(
    ("body", "word"),
    [("Olá, {{ agent.name }}.", "agent.name"), ("{% if agent.name %}x{% endif %}", "recebido"), (None, "recebido")],
)
def test_what_would_go_out_with_a_blank_stays_and_is_said_once(
    sync_store: Store, box: Callable, postfix, capsys: pytest.CaptureFixture[str], body: str | None, word: str
) -> None:
    desk = make_desk(sync_store, box, postfix.port, acknowledge="recebido")
    if body is not None:
        keep(desk, pt_BR=body)
    desk.sync()
    who = f"blank{len(body or '')}@customer.example"
    desk.box.deliver(asked(1, who), asked(2, who))
    desk.sync()
    desk.sync()
    postfix.until_idle()
    assert postfix.arrived(who) == []
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("support: ")]
    assert len(lines) == 1
    assert word in lines[0]
    assert [len(desk.view(number).messages) for number in (1, 2)] == [1, 1]


def test_who_dies_between_bytes_and_record_goes_on_and_nobody_gets_two(
    desk: Desk, postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = "crash@customer.example"
    desk.box.deliver(asked(1, who), asked(2, who))
    with monkeypatch.context() as patched:
        patched.setattr(Acknowledging, "make", lambda _self: 0)
        desk.sync()

    class Killed(BaseException):
        pass

    true = commands.acknowledge

    def dies(*args, **choices):
        true(*args, **choices)
        raise Killed  # inside the transaction: nothing of it holds

    one = Acknowledging(desk.account, 1, desk.store)
    with monkeypatch.context() as patched:
        patched.setattr(commands, "acknowledge", dies)
        with pytest.raises(Killed):
            one.make()
    assert len(desk.view(1).messages) == 1
    moved = commands.look_past

    def dies_after(session, mailbox_id, message_id):
        if len(desk.view(1).messages) == 2:  # the first answer is committed
            raise Killed
        moved(session, mailbox_id, message_id)

    with monkeypatch.context() as patched:
        patched.setattr(commands, "look_past", dies_after)
        with pytest.raises(Killed):
            one.make()
    again = Acknowledging(desk.account, 1, desk.store)
    assert again.make() == 1  # the second message alone
    assert again.make() == 0
    desk.sync()
    assert sorted(str(opened(raw)["Subject"]) for raw in postfix.wait_for(2, who)) == [
        "Auto: Pedido 1",
        "Auto: Pedido 2",
    ]
    postfix.until_idle()
    assert len(postfix.arrived(who)) == 2


class Responder:
    """Somebody's mailbox that answers every mail it gets, through the same Postfix."""

    def __init__(self, postfix, address: str, *, polite: bool, also: tuple[str, ...] = ()) -> None:
        self.postfix, self.address, self.polite, self.also = postfix, address, polite, also
        self.answered = 0

    def write(self, to: tuple[str, ...], subject: str, *, cites: str = "", automatic: bool = False) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Ana <{self.address}>", ", ".join(to), subject
        mail["Message-ID"] = make_msgid(domain="customer.example")
        if cites:
            mail["In-Reply-To"] = cites
        if automatic:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(f"Mensagem número {self.answered} de {self.address}, que nada tem com as outras.\n")
        with smtplib.SMTP("127.0.0.1", self.postfix.port) as client:
            client.send_message(mail, "" if automatic else self.address, list(to))

    def answer(self) -> int:
        """Answer what came since; return how many that were."""
        came = self.postfix.arrived(self.address)[self.answered :]
        for raw in came:
            self.answered += 1
            mail = opened(raw)
            to = tuple(dict.fromkeys((mail["From"].addresses[0].addr_spec, *self.also)))
            if self.polite:
                self.write(to, f"Re: {mail['Subject']}", cites=mail["Message-ID"], automatic=True)
            else:  # no field of the RFC, another subject each time, at whoever wrote
                self.write(to, f"Novidade {self.answered}: {mail['Subject'][:20]}")
        return len(came)


@pytest.fixture
def pair(empty_store: Path, tmp_path: Path, box: Callable, postfix, dovecot):
    """Two desks that acknowledge, each with its own store, mailbox and address; mail between them is real."""
    desks = []
    for name in ("one", "other"):
        shutil.copytree(empty_store, tmp_path / name)
        store = open_store(str(tmp_path / name), durable=False)
        desk = make_desk(store, box, postfix.port, acknowledge="recebido")
        address = postfix.into(dovecot.home / "homes" / desk.box.user / "Maildir")
        account = desk.account.model_copy(update={"address": address})
        desk.account = desk.box.account = account
        keep(desk)
        desk.sync()
        desks.append(desk)
    yield tuple(desks)
    for desk in desks:
        desk.store.close()


def automatic(desk: Desk) -> list[str]:
    """The addresses that a desk answered by itself."""
    from sqlalchemy import select

    from storage.queries.tables import OUTBOX, RECIPIENT

    chosen = select(RECIPIENT.c.address).join(OUTBOX, OUTBOX.c.id == RECIPIENT.c.message_id)
    with desk.store.reading() as session:
        return list(session.connection().execute(chosen.where(OUTBOX.c.agent_id.is_(None))).scalars())


def until_quiet(postfix, desks, *responders: Responder, most: int = 20) -> int:
    """Let everybody read and answer until nobody has anything to say; return after how many rounds that was."""
    quiet = 0
    for turn in range(most):
        before = [len(desk.box.read()) for desk in desks]
        for desk in desks:
            desk.sync()
        postfix.until_idle()
        answered = sum(one.answer() for one in responders)
        assert all(one.answered <= 20 for one in responders), "a loop"
        postfix.until_idle()
        moved = answered or before != [len(desk.box.read()) for desk in desks]
        quiet = 0 if moved else quiet + 1
        if quiet == 2:
            return turn
    raise AssertionError(f"still talking after {most} rounds")


@pytest.mark.slow
def test_two_desks_and_a_vacation_responder_fall_silent(pair, postfix) -> None:
    one, other = pair
    ana = Responder(postfix, "ferias@customer.example", polite=True, also=(one.account.address, other.account.address))
    one.send(None, kind=DraftKind.NEW, subject="Parceria", body="Vamos falar?", to=other.account.address)
    ana.write((one.account.address, other.account.address), "Pedido 17")
    until_quiet(postfix, pair, ana)
    # The other desk acknowledges what an agent wrote, and nobody acknowledges that; Ana hears of each desk once.
    assert sorted(automatic(other)) == sorted([one.account.address, ana.address])
    assert automatic(one) == [ana.address]
    assert ana.answered == 2
    assert len(one.box.read()) == 4  # Ana's mail, the other desk's acknowledgement, two of her notices


@pytest.mark.slow
def test_a_machine_that_keeps_no_rule_gets_no_more_than_the_ceiling(pair, postfix) -> None:
    one, other = pair
    nasty = Responder(postfix, "laco@customer.example", polite=False, also=(one.account.address, other.account.address))
    nasty.write((one.account.address,), "Começo")
    until_quiet(postfix, pair, nasty)
    for desk in pair:
        assert automatic(desk) == [nasty.address] * CEILING
    assert nasty.answered == 2 * CEILING  # and all of its mail is here, as mail of a customer
    assert sum(len(desk.box.read()) for desk in pair) >= 2 * CEILING


def test_an_account_says_when_it_answers_with_what() -> None:
    given = {"name": "x", "address": "x@desk.example", "imap": "localhost:1143"}
    monday = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert Account.model_validate(given).acknowledges_with(monday) is None
    both = {
        **given,
        "acknowledge": "a",
        "out_of_hours": "b",
        "hours": "mon-fri 09:00-18:00",
        "zone": "America/Sao_Paulo",
    }
    account = Account.model_validate(both)
    assert account.acknowledges_with(monday) == "a"  # 09:00 there
    assert account.acknowledges_with(monday - timedelta(minutes=1)) == "b"
    assert Account.model_validate({**both, "acknowledge": None}).acknowledges_with(monday) is None


def test_a_flood_under_forged_senders_draws_no_flood_and_the_log_and_doctor_say_so(
    sync_store: Store, box: Callable, postfix, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = make_desk(sync_store, box, postfix.port, acknowledge="recebido", acknowledge_most=2)
    keep(desk)
    desk.sync()
    victims = [f"victim{number}@customer.example" for number in range(5)]
    desk.box.deliver(*(asked(number, who) for number, who in enumerate(victims, 1)))
    desk.sync()
    desk.sync()
    postfix.until_idle()
    assert sum(len(postfix.arrived(who)) for who in victims) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if "acknowledge_most" in line]
    assert len(lines) == 1
    assert [one for one in faults(sync_store, desk.account) if "acknowledge_most" in one.words]
