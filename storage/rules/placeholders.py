"""What was left to be filled in, in a text that is about to leave: ``{{…}}``, ``[NAME]``, ``«…»``, ``XXX`` and such.

Each sort has what looks like it and is none: log levels in brackets, guillemets around a quotation, masked card
numbers. A sort that a person uses for something else in one answer of twenty is no placeholder.
"""

import re
from collections.abc import Iterator

from storage.kinds.clean import folded

_NAMED = (
    "nome|name|nombre|cliente|customer|client|data|fecha|date|valor|amount|importe|prazo|plazo|deadline|empresa|company"
    "|numero|number|protocolo|pedido|order|link|enlace|url|hora|time|produto|producto|product|motivo|reason|texto|text"
    "|assinatura|signature|firma|cargo|telefone|telefono|phone|endereco|direccion|address|preencher|rellenar|insert"
    "|inserir|insertar|seu nome|su nombre|tu nombre|your name|agente|agent"
)
"""Words that stand for what they name when they stand alone in brackets."""

_STANDING = (
    "error erro info warn warning aviso debug trace fatal notice critical alert emerg ok fail failed passed pass"
    " urgent urgente external externo extern spam sic patch bug done fixed solved resolved resuelto resolvido wip re"
    " utc gmt cest cet brt est pst fwd enc res new novo nuevo important importante confidencial confidential x"
)
_NO_PLACEHOLDERS = frozenset(_STANDING.split())
"""What stands in brackets and capitals in logs, subjects and quotations."""

_LIQUID = re.compile(r"\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|\$\{[A-Za-z_][\w. ]{0,60}\}|\{\{")
_BRACKETS = re.compile(r"(?<![\w\]])\[([^\[\]\n]{1,60})\](?![(\w])")
_GUILLEMETS = re.compile(r"«\s*([^«»\n]{0,60}?)\s*»")
_ANGLES = re.compile(r"<([^<>@:/\n]{2,40})>")
_CROSSES = re.compile(r"(?<![\w*#/.-])X{3,}(?![\w*-])(?!\s?[\d*])|(?<![\w/])XX/XX(?:/XX(?:XX)?)?(?![\w/])")
_BLANK = re.compile(r"(?<=[^\s_])[ \t](?<!_)_{3,40}(?![\w])|(?<![\w])_{3,40}(?=[ \t]+[^\s_])")
_LATER = re.compile(r"\b(?:TBD|FIXME)\b|\bTODO:|\b[Ll]orem ipsum\b|\(\?{2,}\)|(?<!\S)\?{3,}(?!\S)")
_WORDS = re.compile(rf"(?:{_NAMED})(?:\s(?:d[aeo]s?|del?|of|the|do|da|la|el|aqui|here|aca|completo)\b.{{0,30}})?")
_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ0-9 _/-]*")
_LOG = re.compile(r"\b(?:ERROR|ERRO|WARN|WARNING|INFO|DEBUG|TRACE|FATAL)\b|\d\d:\d\d:\d\d")
_DOTS = frozenset({"", "…", "...", "..", "?", "???"})


def _in_brackets(inner: str) -> bool:
    """Say whether what stands in square brackets asks to be replaced."""
    bare = inner.strip()
    if bare in _DOTS:
        return bare not in {"…", "...", ".."}  # which mark what a quotation leaves out
    words = folded(bare)
    if _WORDS.fullmatch(words):
        return True
    if not _CAPITALS.fullmatch(bare) or sum(sign.isalpha() for sign in bare) < 3:
        return False
    return not any(word in _NO_PLACEHOLDERS for word in re.split(r"[\s_/-]+", words)) and not any(
        sign.isdigit() for sign in bare
    )


def _in_guillemets(inner: str) -> bool:
    """Say the same of guillemets, in which Spanish and Portuguese quote: only a name of a field, or nothing at all."""
    return inner in _DOTS or (" " not in inner and bool(_WORDS.fullmatch(folded(inner))))


def _in_angles(inner: str) -> bool:
    """Say the same of angles, in which stand tags and addresses too."""
    return bool(_WORDS.fullmatch(folded(inner.strip()))) and folded(inner.strip()) not in {"address", "time", "data"}


def placeholders(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of what was left to be filled in, in the order of the text; quotations are others' words.

    Takes time by the length of the text alone.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        if not line.startswith(">"):
            found += [(start + one, start + end) for one, end in _in_line(line)]
        start += len(line) + 1
    yield from found


def _in_line(line: str) -> list[tuple[int, int]]:
    spans = [one.span() for pattern in (_LIQUID, _CROSSES, _BLANK, _LATER) for one in pattern.finditer(line)]
    brackets = () if _LOG.search(line) else ((_BRACKETS, _in_brackets),)  # a line of a log has brackets of its own
    for pattern, judge in (*brackets, (_GUILLEMETS, _in_guillemets), (_ANGLES, _in_angles)):
        spans += [one.span() for one in pattern.finditer(line) if judge(one[1])]
    spans.sort()
    kept: list[tuple[int, int]] = []
    for one, end in spans:  # one that stands inside another is told once
        if not kept or one >= kept[-1][1]:
            kept.append((one, end))
    return kept
