"""What an answer promises its customer: a commitment of the desk's and until when, in Portuguese, Spanish and English.

Pure. What is found is offered, never written down by itself; so what is doubtful (a condition, a question, a hope, what
somebody else is to do) is no promise. Quoted lines and what stands below a signature's ``--`` are not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage.kinds.clean import clean_line
from storage.kinds.promises import Commitment
from storage.rules.until import Until, flat, until

LONGEST: Final = 200
"""Letters of a sentence that are offered as the promise."""

MOST: Final = 3
"""Promises that one answer is read for."""

_SENTENCE: Final = re.compile(  # a line goes on in the next one where it is full, or that begins with a small letter
    r"(?:[^.!?…\n]|[.!?…](?=[^\s.!?…])|(?<=\b[ap])\.|(?<=\b[ap]\.m)\.(?=\s+[a-zà-ú])"
    r"|(?<=.{60})\n(?=[^\s>*-])|(?<=[^,:\n])\n(?=[a-zà-ú]))+[.!?…]*"
)
_SIGNATURE: Final = re.compile(r"^-- ?$", re.MULTILINE)
_BREAK: Final = re.compile(
    r"""
    ,(?!\d) | ;(?=\s) | :(?!\d) | [\u2013\u2014()] | \s-\s
    | \band\b(?!\s+\d) | \bmas\b(?!\s+tardar) | \b(?:but|so|or|entao|pero|asi\ que|ou|porem)\b
    | \b[ey]\b(?!\s+(?:as\s+|a\s+las\s+|las\s+)?\d)
    | (?P<once>\b(?:when|once|as\ soon\ as|while|quando|assim\ que|enquanto|cuando|en\ cuanto|mientras|tan\ pronto\ como
        )\b)
    | \b(?:because|which|who|that|what|why|whether|where|how|porque|pois
        |que(?!\s+(?:vem|viene)\b))\b
    | (?P<if>\b(?:if|unless|provided|in\ case|otherwise
        |a\ menos\ que|salvo\ que|a\ no\ ser\ que|caso\ contrario|en\ caso\ de
        |(?<!\bo\ )(?<!\bel\ )(?<!\bseu\ )(?<!\bsu\ )(?<!te\ )(?<!um\ )(?<!un\ )(?<!se\ )caso\s+(?=\w)
        |si(?=\s+(?!,))|se(?=\s+(?:voces?|vc|tudo|nao|os?|as?|der|houver|for|precisar|quiser|tiver|chegar
            |confirmar\w*|alg\w+|nada|ele|ela)\b)
        ))(?<!si\b(?=,))
    """,
    re.VERBOSE,
)
_WILL: Final = r"(?:'ll|\s+will|\s+shall)"
_DONE: Final = (
    r"(?:ready|done|fixed|sent|delivered|resolved|solved|repaired|back|online|up|working|running|shipped|available"
    r"|restored|replaced|refunded|credited|issued|completed?|finished|with\s+you|there|in\s+your)"
)
_FEITO: Final = (
    r"(?:pront\w+|resolvid\w+|no\s+ar|funcionando|corrigid\w+|enviad\w+|entregues?|consertad\w+|liberad\w+|disponive\w+"
    r"|normalizad\w+|com\s+voce|list[oa]s?|resuelt\w+|arreglad\w+|entregad\w+|disponibles?|reparad\w+|en\s+linea|operativ\w+)"
)
_NOW: Final = (  # verbs in the first person of the present, of Portuguese and Spanish
    r"(?:(?:lig|mand|envi|avis|retorn|confirm|inform|entreg|arrum|consert|pass|pas|atualiz|actualiz|verific|mostr|cont"
    r"|lev|cheg|llam|llev|arregl|contest|lleg|revis|comunic|explic|notific|pag|liber)(?:o|amos)"
    r"|respond(?:o|emos)|resolv(?:o|emos)|resuelvo|devolv(?:o|emos)|devuelvo|dou|damos|doy|digo|trago|traigo"
    r"|escrev(?:o|emos)|escrib(?:o|imos)|volto|voltamos|vuelvo|volvemos)"
)
_TO_ONE: Final = r"(?:te|lhes?|les?|os|se\s+l[oa]s?|me|nos)"
_OURS: Final = (
    r"(?:tecnic[oa]s?|equipe|equipo|colegas?|companer[oa]|time|entregador|especialista|gerente|suporte|soporte"
    r"|repartidor|motorista)"
)
_COMMITS: Final = re.compile(
    rf"""
    \b(?:i|we)(?:{_WILL}|'m\s+going\s+to|'re\s+going\s+to|\s+(?:am|are)\s+going\s+to|\s+promise|\s+guarantee)\b
    | \b(?:i'm|i\s+am|we're|we\s+are)\s+(?:sending|calling|shipping|delivering|coming|visiting|fixing)\b
    | \byou{_WILL}\s+(?:have\b(?!\s+to\b)|get|receive|hear|find|see)\b
    | \b(?:it|this|that|they|everything|(?:the|your)\s+\w+(?:\s+\w+)?){_WILL}\s+be\s+(?:\w+ly\s+|back\s+)?{_DONE}\b
    | \b(?:our|the|a|my)\s+(?:technicians?|engineers?|colleagues?|team|courier|specialists?|manager|driver)
        (?:\s+\w+)?{_WILL}\b
    | \blet\s+me\s+(?:get\s+back|call|check|send)\b | \bexpect\s+(?:an?|our|my|the|it|to\s+hear)\b
    | \b(?:vou|vamos|irei|iremos)\s+(?:(?:te|lhes?|nos|ja|estar)\s+)?\w+(?:[aeio]r|ndo)(?:-\w+)?\b
    | \b(?:voy|vamos)\s+a\s+\w+[aei]r(?:l[oae]s?|te|nos|sel[oa]s?)?\b
    | \b{_TO_ONE}\s+{_NOW}\b
    | (?:^|\b(?:eu|ja|nos|yo|nosotros|ainda|hoje|hoy|manana|amanha|horas?|minutos?|dias?|semana|feira|\d+h?)\s+)\s*
        (?:(?:l[oa]s?|[oa]s?)\s+)?{_NOW}\b
    | \b(?:prometo|prometemos|garanto|garantimos|garantizo|garantizamos|me\s+comprometo|nos\s+comprometemos)\b
    | \b\w+(?:arei|erei|irei|aremos|eremos|iremos|diremos|faremos)\b
    | \b(?:te|les?|os|l[oa]s?|nos|se\s+l[oa]s?)\s+\w{{2,}}(?:are|ere|ire|dre)\b
    | \b(?:voces?|vc|o\s+senhor|a\s+senhora)\s+(?:tera|terao|recebem?|recebera|receberao|vai\s+(?:ter|receber))\b
    | \b(?:tendra[sn]?\b(?!\s+que)|recibira[sn]?|va[sn]?\s+a\s+(?:tener|recibir))\b
    | \b(?:estara[on]?|ficara[on]?|fica|sera[on]?|queda|quedara[n]?|va[in]?\s+(?:a\s+)?(?:estar|ficar|quedar))
        \s+(?:\w+\s+)?{_FEITO}\b
    | \b(?:o|a|um|uma|noss[oa]|meu|minha|el|la|una?|nuestr[oa]|mi)\s+{_OURS}(?:\s+\w+)?\s+
        (?:vai|ira|passa|liga|chega|entra\w*|passara|ligara|chegara|retorna\w*|responde\w*|resolve\w*|envia\w*
        |va\s+a|pasa|llama|llega|pasara|llamara|llegara|visitara|contactara)\b
    | \ba\s+gente\s+(?:te\s+|lhe\s+)?(?:vai|liga|manda|envia|avisa|responde|retorna|resolve|entrega|confirma|arruma)\b
    """,
    re.VERBOSE,
)
_ACCENTED: Final = re.compile(
    r"\b\w+(?:[aeid]ré|[bdpt]ré)\b", re.IGNORECASE
)  # Spanish, which without accent is English
_NOT_BEFORE: Final = re.compile(
    r"\b(?:no|nao|nunca|jamais|jamas|nem|ni|tampoco|never|not)\s+(?:(?:te|les?|l[oa]s?|se|me|nos|os?|as?|lhes?|eu|yo|we|i)\s+){0,3}$"
)
_NO_DEED: Final = re.compile(  # what follows a commitment, or is its verb, and is none towards the customer
    r"""
    ^(?:\s+(?:also|just|then|still|only|certainly|gladly))?\s+(?:not|never|try|wait|need|have\s+to|expect|hope|think
      |see\s+if|keep(?!\s+you)|remain|stay|charge|close|cancel|suspend
      |be\s+(?:out|away|off|closed|unavailable|available|in\s+an?|on\s+(?:holiday|vacation|leave)|at|waiting|here
        |back\s+(?:in|at|from)))\b
    """,
    re.VERBOSE,
)
_NO_VERB: Final = re.compile(
    r"""
    \b(?:(?:vou|vamos|irei|iremos|voy|vamos)\s+(?:a\s+)?(?:tentar|intentar|tratar|esperar\w*|aguardar\w*|precisar|necesitar|fechar|cerrar
        |encerrar|cancelar|suspender|cobrar|querer|poder|viajar|sair|salir|(?:estar|ficar)(?!\s+\w+ndo))
      |(?:estar|ficar|esper|aguardar|tentar|intentar|precisar|necesitar|poder|podr|quer|encerrar|fechar|cerrar|cancelar|viajar
        |permanecer|suspender|cobrar|tratar|prefer)(?:are|e)?(?:e|ei|emos|re|remos)
      |queremos|gostarei\w*|aguard\w+)\b
    """,
    re.VERBOSE,
)
_HOPES: Final = re.compile(
    r"\b(?:maybe|perhaps|probably|possibly|hopefully|might|i\s+think|i\s+hope|i\s+guess|we\s+hope|try(?:ing)?\s+to|if\s+possible"
    r"|talvez|provavelmente|acho\s+que|espero|esperamos|quem\s+sabe|se\s+possivel|se\s+der|quizas?|tal\s+vez|probablemente|creo\s+que|ojala"
    r"|si\s+es\s+posible)\b"
)
_ANOTHERS: Final = re.compile(  # with which a clause begins that has a subject of its own
    r"^\s*(?:you|it|the|they|he|she|this|there|your|please|voces?|vc|usted(?:es)?|os?|as?|el|la|los|las|ele|ela|por\s+favor|seu|sua|su)\b"
)
_LITTLE: Final = re.compile(
    r"\b(?:by|at|on|in|before|until|within|the|of|latest|no|later|than|ok|okay|sure|yes|hi|hello|dear|ate|as?|o|os|antes|d[aeo]s?|na|em|ainda"
    r"|sim|claro|bom|ola|oi|eu|i|we|si|hasta|las?|el|al|para|en|este|esta|mismo|hola|yo|ya|ja|maximo|mas|mais|tardar|tarde|bueno|bem)\b"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause, with what parts it from the one before."""

    text: str
    start: int
    after: str
    on_condition: bool


def promised(body: str, *, now: datetime) -> tuple[Commitment, ...]:
    """Return what an answer promises, in the order in which it is said, at most `MOST`.

    Args:
        body: of the answer, as it is written; its lines that begin with ``>`` are another's.
        now: the present, in the agent's zone, in which the times of the text are meant.
    """
    own = _own(body)
    found: list[Commitment] = []
    for sentence in _SENTENCE.finditer(own):
        said = sentence[0]
        if said.rstrip().endswith("?") or "¿" in said or not said.strip():
            continue
        for deadline in _commitments(said, now):
            lead = len(said) - len(said.lstrip())
            text = clean_line(said)
            if not any(one.text == text[:LONGEST] and one.due == deadline.due for one in found):
                found.append(Commitment(text[:LONGEST], deadline.due, sentence.start() + lead, sentence.end()))
            break
        if len(found) == MOST:
            break
    return tuple(found)


def _own(body: str) -> str:
    """Return a text of the same length in which quoted lines, and all from the signature on, are blank."""
    end = signature.start() if (signature := _SIGNATURE.search(body)) else len(body)
    lines = (" " * len(line) if line.lstrip().startswith(">") else line for line in body[:end].split("\n"))
    return "\n".join(lines)


def _commitments(said: str, now: datetime) -> Iterator[Until]:
    plain = flat(said)
    if _HOPES.search(plain):
        return
    pieces = list(_pieces(plain))
    for at, piece in enumerate(pieces):
        if piece.on_condition:
            if at < 2 or pieces[at - 1].text.strip():  # it holds for all of the sentence
                return
            break
    for at, piece in enumerate(pieces):
        if piece.on_condition:
            return
        raw = said[piece.start : piece.start + len(piece.text)]
        for commitment in _committed(piece.text, raw):
            deadline = _deadline(pieces, at, commitment, now)
            if deadline is not None and not (deadline.day_alone and commitment[2]):
                yield deadline


def _pieces(plain: str) -> Iterator[_Piece]:
    start, after, on_condition = 0, "", False
    for mark in _BREAK.finditer(plain):
        yield _Piece(plain[start : mark.start()], start, after, on_condition)
        on_condition = bool(mark["if"] or (mark["once"] and not re.search(r"\w", plain[: mark.start()])))
        start, after = mark.end(), mark[0].strip()
    yield _Piece(plain[start:], start, after, on_condition)


def _committed(plain: str, raw: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where a clause commits the desk, and whether its verb may be one of the past as well."""
    found = [one.span() for one in _COMMITS.finditer(plain)]
    found += [one.span() for one in _ACCENTED.finditer(raw)] if len(raw) == len(plain) else []
    for start, end in sorted(found):
        if _NOT_BEFORE.search(plain[:start]) or _NO_DEED.match(plain[end:]):
            continue
        if _NO_VERB.search(plain[start:end]):
            continue
        yield start, end, bool(re.search(r"[aei]mos$", plain[start:end]))


def _deadline(pieces: list[_Piece], at: int, commitment: tuple[int, int, bool], now: datetime) -> Until | None:
    """Return until when a clause commits: said in it, alone before it, or in one that goes on with it."""
    start, end, _past = commitment
    here = pieces[at].text
    deadline = until(here, now)
    if deadline is not None:
        if deadline.start >= end or not _left(here[:start], deadline.spans, most=1):
            return deadline
        return None
    before = pieces[at - 1].text if at else ""
    if before.strip():
        deadline = until(before, now)
        if deadline is not None and not _left(before, deadline.spans, most=0):
            return deadline
    for later in pieces[at + 1 :]:
        if later.on_condition or later.after not in {",", "and", "e", "y", "", "-", "\u2014", "\u2013", ":"}:
            return None
        if _ANOTHERS.match(later.text) or next(_committed(later.text, later.text), None):
            return None
        if (deadline := until(later.text, now)) is not None:
            return deadline
    return None


def _left(text: str, spans: tuple[tuple[int, int], ...], *, most: int) -> bool:
    """Say whether a text says more than its times and little words."""
    for start, end in spans:
        text = text[:start] + " " * (min(end, len(text)) - start) + text[end:] if start < len(text) else text
    return len(re.findall(r"\w+", _LITTLE.sub(" ", text))) > most
