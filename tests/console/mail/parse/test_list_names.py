"""The name of a mailing list, as List-Id gives it (RFC 2919)."""

import pytest

from console.mail.parse import parse


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("List-Id: Boletim da Acme <Boletim.Acme.example>", "boletim.acme.example"),
        ("List-Id: <news.acme.example>", "news.acme.example"),
        ("List-ID: news.acme.example", "news.acme.example"),
        ("List-Id: =?utf-8?q?Bolet=C3=ADn?= <es.acme.example>", "es.acme.example"),
        ("List-Id: broken <", "broken <"),
        ("List-Id: \x1b]0;x\x07<a\u202eb.example>", "ab.example"),
        ("Subject: none", ""),
    ],
)
def test_the_name_is_what_stands_in_the_brackets(field: str, name: str) -> None:
    assert parse(f"From: ana@acme.example\n{field}\n\nBom dia.\n".encode()).list_id == name


def test_a_long_name_is_cut() -> None:
    assert len(parse(f"From: a@b.example\nList-Id: {'x' * 9000}\n\nOlá\n".encode()).list_id) == 255
