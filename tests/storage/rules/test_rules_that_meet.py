"""Which mail a rule meets: whole words whatever their case and accents, addresses, domains, sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.kinds.filing import Conditions, Deeds
from storage.kinds.mail import Correspondent
from storage.rules.filing import Letter, Test, address_in, fault

LETTER = {
    "author": Correspondent("José da Silva", "jose@vendas.acme.example"),
    "recipients": (Correspondent("Suporte", "suporte@desk.example"), Correspondent("", "copia@other.example")),
    "subject": "Cobrança: Fatura nº 12 atrasada",
    "list_id": "boletim.acme.example",
    "size": 5000,
}


def meets(**given) -> bool:
    return Test(Conditions(**given)).meets(Letter(**LETTER))


@pytest.mark.parametrize(
    "given",
    [
        {"sender": "jose@vendas.acme.example"},
        {"sender": "JOSE@Vendas.ACME.example"},
        {"sender": "@vendas.acme.example"},
        {"sender": "@acme.example"},
        {"sender": "jose"},
        {"sender": "José da SILVA"},
        {"sender": "acme"},
        {"recipient": "copia@other.example"},
        {"recipient": "suporte"},
        {"recipient": "@desk.example"},
        {"subject": "cobranca"},
        {"subject": "fatura nº 12"},
        {"list_id": "boletim.acme.example"},
        {"list_id": "acme"},
        {"over": 5000},
        {"under": 5001},
        {"over": 10, "under": 6000, "sender": "@acme.example", "subject": "atrasada"},
    ],
)
def test_met(given: dict) -> None:
    assert meets(**given)


@pytest.mark.parametrize(
    "given",
    [
        {},  # a rule whose conditions were erased
        {"sender": "ose@vendas.acme.example"},
        {"sender": "@cme.example"},
        {"sender": "@example.acme"},
        {"sender": "jos"},
        {"sender": "silva da"},
        {"recipient": "jose"},
        {"subject": "fatur"},
        {"subject": "12 fatura"},
        {"list_id": "other"},
        {"over": 5001},
        {"under": 5000},
        {"sender": "@acme.example", "subject": "refund"},
        {"sender": "jose", "over": 9000},
    ],
)
def test_not_met(given: dict) -> None:
    assert not meets(**given)


def test_a_name_that_looks_like_an_address_is_none() -> None:
    letter = Letter(**{**LETTER, "author": Correspondent("ana@bank.example", "evil@spam.example")})
    assert not Test(Conditions(sender="ana@bank.example")).meets(letter)
    assert address_in("Ana <ana@bank.example>") == ""
    assert address_in(" @Acme.Example ") == "@acme.example"


@pytest.mark.parametrize(
    ("conditions", "deeds", "word"),
    [
        (Conditions(), Deeds(spam=True), "rule_without_condition"),
        (Conditions(subject="—!—"), Deeds(spam=True), "rule_without_condition"),
        (Conditions(subject="a", sender="…"), Deeds(spam=True), "rule_without_condition"),
        (Conditions(subject="a"), Deeds(), "rule_without_deed"),
        (Conditions(subject="a"), Deeds(spam=True, ignores=True), "rule_spam_and_ignore"),
        (Conditions(over=0), Deeds(tags=("a",)), ""),
        (Conditions(subject="a"), Deeds(assignee_id=3, ignores=True), ""),
    ],
)
def test_a_rule_asks_for_something_and_does_something(conditions: Conditions, deeds: Deeds, word: str) -> None:
    assert fault(conditions, deeds) == word


@given(
    some.builds(
        Conditions,
        sender=some.text(max_size=20),
        recipient=some.text(max_size=20),
        subject=some.text(max_size=20),
        list_id=some.text(max_size=20),
        over=some.none() | some.integers(0, 9000),
        under=some.none() | some.integers(0, 9000),
    )
)
def test_what_is_written_reads_the_same_and_any_text_can_be_asked_for(conditions: Conditions) -> None:
    assert Conditions.read(conditions.written()) == conditions
    assert Test(conditions).meets(Letter(**LETTER)) in {True, False}
