"""What a thread says, found by its form: a row a sort, with who said it first, and nothing that only looks like it."""

import time
from datetime import UTC, datetime

import pytest

from storage.rules.gleaning import LOOKED_AT, Said, glean

AT = datetime(2026, 3, 5, 2, 10, tzinfo=UTC)


def found(text: str) -> dict[str, tuple[str, ...]]:
    return {one.sort: one.values for one in glean([Said(1, "Ana", AT, text)])}


@pytest.mark.parametrize(
    ("text", "sort", "values"),
    [
        ("Orders 88121 and 88127 were captured twice", "order", ("88121", "88127")),
        ("o pedido nº 88121, 88122 e 88123 saiu", "order", ("88121", "88122", "88123")),
        ("la factura: 2026001", "order", ("2026001",)),
        ("gateway build 4.18.2 since Tuesday", "version", ("4.18.2",)),
        ("versão: v2.0.1-beta", "version", ("2.0.1-beta",)),
        ("cobraram R$ 1.940,00, duas vezes", "amount", ("R$ 1.940,00",)),
        ("they charged 1,940 EUR", "amount", ("1,940 EUR",)),
        ("erro 502 no painel", "code", ("502",)),
        ("HTTP status 503; ERR_CERT_INVALID", "code", ("503", "ERR_CERT_INVALID")),
        ("since 02:10, again at 14h30", "time", ("02:10", "14h30")),
        ("ping br-2.pay.example fails", "host", ("br-2.pay.example",)),
        ("from 10.20.30.40 on", "address", ("10.20.30.40",)),
        ("case 20931 and ABC-4411", "id", ("20931", "ABC-4411")),
        ("request ids: req_9a01, req_9b7c", "id", ("req_9a01", "req_9b7c")),
        ("the API returns 500 again", "code", ("500",)),
    ],
)
def test_what_is_there_is_found(text, sort, values):
    assert found(text)[sort] == values


@pytest.mark.parametrize(
    "text",
    [
        "Bom dia, tudo certo por aqui.",
        "write to ana@acme.example, please",
        "we are 4 people in room 12",
        "300.400.500.600 is no address",
        "in order to help",
        "25:99",
    ],
)
def test_what_is_not_there_is_not(text):
    assert found(text) == {}


def test_each_value_stands_once_with_who_said_it_first():
    thread = [Said(1, "Ana", AT, "order 88121"), Said(2, "Bruno", AT, "orders 88121, 88127; build 4.18.2")]
    rows = {one.sort: one for one in glean(thread)}
    assert (rows["order"].values, rows["order"].who, rows["order"].message_id) == (("88121", "88127"), "Ana", 1)
    assert rows["version"].who == "Bruno"


def test_hostile_text_takes_no_time():
    for piece in ("order 1234, ", "a.", "1.1.1.", "R$ 1,1", "error " * 3, "1234/" * 9):
        begun = time.perf_counter()
        glean([Said(1, "", AT, piece * (LOOKED_AT // len(piece)))])
        assert time.perf_counter() - begun < 2
