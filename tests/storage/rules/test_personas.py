"""Personas: by what somebody is taken for one, and what stands below a letter."""

import pytest

from storage.kinds.errors import BadField
from storage.kinds.personas import Persona
from storage.rules.persona import MOST_LINES, meant, renamed, signature, suggestion, tidied

CHIEF = Persona("Chief", roles=("CTO", "head of engineering"), signature=("engenharia",))
BOOKS = Persona("Books", roles=("contas a pagar", "finance"), signature=("Departamento Financeiro",))
BOTH = [(3, CHIEF), (5, BOOKS)]


@pytest.mark.parametrize(
    ("role", "signatures", "dismissed", "found"),
    [
        ("CTO", (), (), (3, "role", "CTO")),
        ("Head of  Engineering, Lagos", (), (), (3, "role", "Head of Engineering")),
        ("Contás a Pagar", (), (), (5, "role", "Contás a Pagar")),
        ("director", (), (), None),  # "CTO" is no word of it
        ("", ("Ana\nEngenharia", "Depto"), (), (3, "signature", "Engenharia")),
        ("", ("Rua 1", "Departamento Financeiro"), (), (5, "signature", "Departamento Financeiro")),
        ("CTO", ("Departamento Financeiro",), (), (3, "role", "CTO")),  # a role says more
        ("CTO", ("Departamento Financeiro",), (3,), (5, "signature", "Departamento Financeiro")),
        ("CTO and finance", (), (), (5, "role", "finance")),  # the longer word
        ("", (), (), None),
    ],
)
def test_a_role_says_who_somebody_is_else_a_signature(role, signatures, dismissed, found) -> None:
    said = suggestion(BOTH, role=role, signatures=signatures, dismissed=dismissed)
    assert (said and (said.entry_id, said.by, said.said)) == found


@pytest.mark.parametrize(
    ("text", "own", "author", "found"),
    [
        ("Bom dia.\n\n-- \nAna Souza\nEngenharia", "Bom dia.", "Ana", "Ana Souza\nEngenharia"),
        ("Oi\n\nAna Souza\nCTO\n\n> Quem é o CTO?", "Oi\n\nAna Souza\nCTO", "Ana Souza", "Ana Souza\nCTO"),
        ("Oi\n\n> Ana\n> CTO", "Oi", "Ana", ""),  # what stands quoted is another's
        ("Oi\nDe: Bruno\nCTO", "Oi", "Ana", ""),
        ("Oi\n\nEm 3 de maio, Bruno escreveu:\nCTO", "Oi", "Ana", ""),
        ("O CTO pediu.", "O CTO pediu.", "Ana", ""),
        ("", "", "", ""),
    ],
)
def test_what_stands_below_a_letter_is_its_authors_own(text, own, author, found) -> None:
    assert signature(text, own, author) == found


def test_a_card_is_kept_clean_and_bounded() -> None:
    given = Persona(" Chief\x1b ", pains=("month  end", "", "month end"), channel="EMAIL", notes=" *x* \n")
    assert tidied(given) == Persona("Chief", pains=("month end",), channel="email", notes="*x*")
    for wrong, field in (
        (Persona(" "), "name"),
        (Persona("x" * 61), "name"),
        (Persona("x", channel="pigeon"), "channel"),
        (Persona("x", do=("y" * 301,)), "do"),
        (Persona("x", dont=tuple(map(str, range(MOST_LINES + 1)))), "dont"),
        (Persona("x", notes="y" * 20_001), "notes"),
    ):
        with pytest.raises(BadField) as bad:
            tidied(wrong)
        assert bad.value.field == field


def test_a_name_that_it_had_still_means_it_and_the_first_one_is_its_key() -> None:
    chief = renamed(CHIEF, Persona("Boss"))
    again = renamed(chief, Persona("Chief"))
    assert (chief.names, chief.key) == (("Boss", "Chief"), "Chief")
    assert (again.names, again.key) == (("Chief", "Boss"), "Chief")
    assert meant([(3, chief)], "CHIEF") == (3, chief)
    assert meant([(3, chief), (4, Persona("Chief"))], "chief") == (4, Persona("Chief"))
    assert meant(BOTH, "nobody") is None
