"""First names: where a name shows one beyond doubt, and where it does not."""

import pytest

from storage.rules.naming import first_name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ana Souza", "Ana"),
        ("ANA SOUZA", "Ana"),
        ("joão", "João"),
        ("Souza, Ana Maria", "Ana"),
        ("Dr. José de la Cruz", "José"),
        ("Sra. María", "María"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("D'Arcy McGee", "D'Arcy"),
        ("", ""),
        ("A. Souza", ""),
        ("Dr.", ""),
        ("ana@acme.example", ""),
        ("Acme Ltda.", ""),
        ("Acme S.A.", ""),
        ("Suporte Acme", ""),
        ("Setor de Cobrança", ""),
        ("Financeiro", ""),
        ("User 42", "User"),
        ("42 User", ""),
    ],
)
def test_a_first_name_is_taken_where_it_is_beyond_doubt(name: str, first: str) -> None:
    assert first_name(name) == first
