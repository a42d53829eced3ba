"""To whom an answer goes, how recipients are written, and what the subject is."""

import pytest

from storage.kinds import DraftKind
from storage.kinds.mail import Correspondent
from storage.rules.addressing import entry_of, line_of, quoted, recipients, subject_of
from storage.rules.reviewing import address_of

ANA, LI = Correspondent("Ana Souza", "ana@acme.example"), Correspondent("", "li@acme.example")
BOB, EVE = Correspondent("Bob", "bob@other.example"), Correspondent("Eve", "eve@evil.example")
US, ALSO = Correspondent("Suporte", "suporte@lumen.example"), Correspondent("", "ajuda@lumen.example")
OWN = frozenset({US.address, ALSO.address})


def of(kind=DraftKind.REPLY, **given):
    values = {"author": ANA, "reply_to": (), "to": (US, LI), "cc": (BOB, ALSO), "own": OWN, **given}
    return recipients(kind, **values)


def test_an_answer_to_all_goes_to_who_wrote_and_to_whom_else_it_was_written_but_never_to_ourselves():
    assert of() == ((ANA,), (LI, BOB))


def test_an_answer_to_the_sender_goes_to_nobody_else():
    assert of(DraftKind.REPLY_SENDER) == ((ANA,), ())


def test_it_goes_where_the_sender_wants_answers():
    assert of(reply_to=(LI,)) == ((LI,), (BOB,))
    assert of(DraftKind.REPLY_SENDER, reply_to=(LI, BOB)) == ((LI, BOB), ())


def test_our_own_message_is_answered_to_those_it_went_to():
    assert of(author=US, to=(ANA, ALSO), cc=(LI,)) == ((ANA,), (LI,))
    assert of(DraftKind.REPLY_SENDER, author=US, to=(ANA,), cc=(LI,)) == ((ANA,), ())


def test_who_took_no_part_before_is_no_recipient_unless_asked_for():
    assert of(cc=(EVE,), strangers={EVE.address}) == ((ANA,), (LI,))
    assert of(author=EVE, to=(US, ANA), cc=(), strangers={EVE.address}) == ((), (ANA,))
    assert of(DraftKind.REPLY_SENDER, author=EVE, to=(US, ANA), cc=(), strangers={EVE.address}) == ((EVE,), ())


def test_where_a_stranger_wants_answers_is_no_recipient_unless_asked_for():
    forged = {"author": EVE, "reply_to": (BOB,), "to": (US, ANA), "cc": (), "strangers": {EVE.address}}
    assert of(**forged) == ((), (ANA,))
    assert of(DraftKind.REPLY_SENDER, **forged) == ((BOB,), ())


def test_what_we_wrote_to_nobody_but_ourselves_is_answered_where_that_is_wanted():
    assert of(author=US, reply_to=(ANA,), to=(US,), cc=(ALSO,)) == ((ANA,), ())
    assert of(author=US, reply_to=(EVE,), to=(US, ANA), cc=()) == ((ANA,), ())


def test_nobody_stands_twice():
    assert of(to=(US, ANA, LI, LI), cc=(LI, ANA, BOB)) == ((ANA,), (LI, BOB))


@pytest.mark.parametrize("kind", [DraftKind.FORWARD, DraftKind.NEW, DraftKind.NOTE])
def test_what_is_no_answer_goes_to_nobody_by_default(kind):
    assert of(kind) == ((), ())


@pytest.mark.parametrize(
    ("kind", "subject", "becomes"),
    [
        (DraftKind.REPLY, "Fatura", "Re: Fatura"),
        (DraftKind.REPLY, "RE: Fatura", "RE: Fatura"),
        (DraftKind.REPLY, "Res: Fatura", "Res: Fatura"),
        (DraftKind.REPLY, "Re[2]: Fatura", "Re[2]: Fatura"),
        (DraftKind.REPLY, "Reunião", "Re: Reunião"),
        (DraftKind.REPLY, "", "Re:"),
        (DraftKind.FORWARD, "Fatura", "Fwd: Fatura"),
        (DraftKind.FORWARD, "FW: Fatura", "FW: Fatura"),
        (DraftKind.FORWARD, "Enc: Fatura", "Enc: Fatura"),
        (DraftKind.FORWARD, "Re: Fatura", "Fwd: Re: Fatura"),
        (DraftKind.NEW, "Fatura", ""),
    ],
)
def test_the_subject(kind, subject, becomes):
    assert subject_of(kind, subject) == becomes


@pytest.mark.parametrize("name", ["Ana Souza", "Souza, Ana", 'Ana "Aninha" Souza', "ana@acme.example", "", "Ana <x>"])
def test_what_is_written_for_somebody_is_read_as_the_same_address(name):
    from storage.kinds.mail import entries

    line = line_of([Correspondent(name, "ana@acme.example"), BOB])
    assert [address_of(each) for each in entries(line)] == ["ana@acme.example", "bob@other.example"]
    assert entry_of(LI) == "li@acme.example"


def test_a_quotation():
    assert quoted("one\n\n> two\nthree\n") == "> one\n>\n>> two\n> three"
