"""Which of the desk's three languages a text is written in, by the small words each cannot do without."""

import re

from storage.kinds.clean import WESTERN, as_western

_WORD = re.compile(r"[a-záàâãäéêíïóôõöúüçñ]+")
_PORTUGUESE = (
    "não nao você voce vocês uma um com para por que e é são está estou estão foi ser ter tem temos meu minha meus"
    " nosso nossa do da dos das no na nos nas ao aos à às pelo pela mas mais muito também já só isso este esta esse"
    " essa quando como onde obrigado obrigada olá bom dia boa tarde atenciosamente favor segue anexo gostaria preciso"
    " fazer pode podem ainda sem até sobre depois agora então porque pois há eu ele ela nós"
)
_SPANISH = (
    "no una un con para por que y es son está estoy están fue ser tener tiene tenemos mi mis nuestro nuestra del de"
    " la las los el en al lo le les se su sus pero más muy también ya sólo solo esto este esta ese esa cuando como"
    " donde gracias hola buenos días buenas tardes saludos atentamente favor adjunto quisiera necesito hacer puede"
    " pueden aún todavía sin hasta sobre después ahora entonces porque pues hay yo él ella nosotros usted ustedes"
)
_ENGLISH = (
    "the a an of to and in is are was were be been have has had i you he she it we they my your our their this that"
    " these those with for on at by from not but or if when where how what which who can could would should will do"
    " does did there here please thanks thank hello hi dear regards about just so as than then now any some no yes me"
)
_TABLES = {
    "pt": frozenset(_PORTUGUESE.split()),
    "es": frozenset(_SPANISH.split()),
    "en": frozenset(_ENGLISH.split()),
}
_SHIFT = 20  # bits of a language's total: all three are added up as one number
_WEIGHTS: dict[bytes, int] = {}
for _word in frozenset().union(*_TABLES.values()):
    _owners = [_word in table for table in _TABLES.values()]
    # A word that two languages share says half as much for each: six parts are shared out.
    _WEIGHTS[_word.encode(WESTERN)] = sum(
        (owned * 6 // sum(_owners)) << (_SHIFT * place) for place, owned in enumerate(_owners)
    )
_ONE = 6
_READ = 3_000  # characters of a text
_WORDS = 250
# What each byte of Windows-1252 is in lower case; what stands in no word becomes a blank.
_PARTED = b"".join(
    [
        sign.encode(WESTERN) if _WORD.fullmatch(sign) else b" "
        for sign in (bytes([byte]).decode(WESTERN, "replace").lower() for byte in range(256))
    ]
)


def guess(text: str) -> str:
    """Return ``pt``, ``es`` or ``en`` for the language of `text`, empty when it is too short or another one."""
    words = _words_of(text[:_READ])
    whole = sum(filter(None, map(_WEIGHTS.get, words)))
    totals = [(whole >> (_SHIFT * place)) & ((1 << _SHIFT) - 1) for place in range(len(_TABLES))]
    first, second = sorted(totals, reverse=True)[:2]
    if first < _ONE or 100 * first < 12 * _ONE * len(words) or 100 * first < 115 * second:
        return ""
    return tuple(_TABLES)[totals.index(first)]


def _words_of(text: str) -> list[bytes]:
    """Return the first words of a text in lower case; what Windows-1252 can write is parted as bytes."""
    western = as_western(text)
    if western is None:
        return [word.encode(WESTERN) for word in _WORD.findall(text.lower())[:_WORDS]]
    return western.translate(_PARTED).split(None, _WORDS)[:_WORDS]
