"""What a thread says that a specialist asks for first: orders, versions, amounts, codes, hosts, found by form."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.kinds.handoffs import SORTS, Gleaned

LOOKED_AT: Final = 20_000
"""Letters of a message that are looked at."""

MOST: Final = 6
"""Values of one sort."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, as far as it is read here: what its author wrote, without quotes."""

    message_id: int
    who: str
    at: datetime
    text: str


_NUMBER = r"(?:n[º°o]\.?|#|nr\.?|num(?:ber|ero)?\.?|número)"
_MANY = r"\d{4,12}(?:(?:\s*,\s*|\s+(?:and|e|y|und)\s+|\s*/\s*)\d{4,12}){0,8}"
_FORMS: Final = {
    "order": re.compile(
        rf"\b(?:orders?|pedidos?|[oó]rden(?:es)?|compras?|invoices?|faturas?|facturas?|nf-?e?|notas?\s+fisca(?:l|is))"
        rf"\s*{_NUMBER}?\s*:?\s*#?({_MANY})\b",
        re.IGNORECASE,
    ),
    "version": re.compile(
        r"\b(?:(?:version|vers[aã]o|versi[oó]n|release|build|firmware)\s*:?\s*v?|v)(\d{1,5}(?:\.\d{1,6}){1,3}(?:-[\w.]{1,20})?)\b",
        re.IGNORECASE,
    ),
    "amount": re.compile(
        r"((?:R\$|US\$|U\$S|[€$£]|\b(?:EUR|USD|BRL|MXN|ARS|CLP|GBP)\b)\s?\d[\d.,]{0,14}\d|(?:R\$|US\$|[€$£])\s?\d\b"
        r"|\b\d[\d.,]{0,14}\s?(?:€|\b(?:EUR|USD|BRL|reais|pesos|euros?|d[oó]lar(?:es)?|dollars)\b))",
        re.IGNORECASE,
    ),
    "code": re.compile(
        r"\b(?:(?:errors?|erros?|http|status|c[oó]digos?|codes?)(?:\s+(?:code|http|de\s+erro|de\s+error))?"
        r"\s*:?\s*#?(\d{3,6}|0x[0-9a-f]{2,16})\b|(?:returns?|returned|devolve|retorna|devuelve)\s+([45]\d\d)\b"
        r"|((?:ERR|SQLSTATE|ORA|TLS|DNS|SMTP)[-_ ][A-Z0-9_]{2,40})\b)",
        re.IGNORECASE,
    ),
    "time": re.compile(r"(?<![\d:.])((?:[01]?\d|2[0-3])(?::[0-5]\d(?::[0-5]\d)?|h[0-5]\d))(?![\d:])"),
    "host": re.compile(
        r"(?<![@\w./-])((?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,6}"
        r"(?:com|net|org|io|dev|app|cloud|local|internal|lan|example|br|mx|ar|cl|es|pt|de|uk|eu))\b(?!@)",
        re.IGNORECASE,
    ),
    "address": re.compile(r"(?<![\d.])((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d))(?![\d.]*\d)"),
    "id": re.compile(
        r"\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{2,6}-\d{2,8}"
        r"|[a-z]{2,5}_(?=[0-9a-z]*\d)[0-9a-z]{3,24})\b"
        rf"|\b(?:case|ticket|protocolos?|chamados?|incidentes?|incident|serial|webhook)\s*{_NUMBER}?\s*:?\s*#?"
        r"([A-Z0-9-]*\d[A-Z0-9-]{2,20})\b",
        re.IGNORECASE,
    ),
}
_EACH = re.compile(r"\d{4,12}")


def glean(thread: Iterable[Said]) -> tuple[Gleaned, ...]:
    """Return what a thread says, a row a sort, each with who said it first and when.

    A value that has several forms is what it was taken for first in the order of `SORTS`.

    Args:
        thread: its messages and notes, the oldest first.
    """
    found: dict[str, dict[str, Said]] = {sort: {} for sort in SORTS}
    known: set[str] = set()
    for one in thread:
        for sort, value in _values(one.text[:LOOKED_AT]):
            if value.casefold() not in known and len(found[sort]) < MOST:
                known.add(value.casefold())
                found[sort][value] = one
    rows = []
    for sort in SORTS:
        if found[sort]:
            first = next(iter(found[sort].values()))
            rows.append(Gleaned(sort, tuple(found[sort]), first.who, first.at, first.message_id))
    return tuple(rows)


def _values(text: str) -> Iterator[tuple[str, str]]:
    for sort in SORTS:
        for match in _FORMS[sort].finditer(text):
            value = " ".join(next(filter(None, match.groups())).split())
            for each in _EACH.findall(value) if sort == "order" else [value]:
                yield sort, each
