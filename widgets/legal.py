"""Where the notice of secrecy begins that firms put under each of their mails: it is folded as a signature is."""

import re
from typing import Final

_DISCREET: Final = r"confidential|confidenc|privileged|sigilos|reservad[ao]"
_WHOM: Final = (
    r"intended (?:solely|only|recipient)|(?:solely|only|exclusive) (?:for the )?use|named addressee|addressed to"
    r"|destinat[aá]ri[ao]|dirigid[ao]|uso exclusivo"
)
_ELSE: Final = (
    r"notify|delete|destroy|unauthori[sz]ed|prohibited|in error"
    r"|avise|notifique|comunique|elimin|apag[au]|exclu[aí]|destru|borr|proibid|prohibid|por (?:erro|engano|error)"
)
_GREEN: Final = r"(?:environment|meio ambiente|medio ambiente|natureza)"
_PRINT: Final = r"(?:print|imprim)"
_SIGNS: Final = tuple(re.compile(words, re.IGNORECASE) for words in (_DISCREET, _WHOM, _ELSE))
_TREES: Final = tuple(re.compile(words, re.IGNORECASE) for words in (_GREEN, _PRINT))
_GAP: Final = re.compile(r"\n[ \t]*\n")

_FEWEST: Final = 15  # words of a notice
_GREENEST: Final = 60  # words of a request to print nothing
_LOOKED_AT: Final = 12_000  # letters: longer ones are no notice


def without_notice(text: str) -> str:
    """Return a text without the notices of secrecy at its end, in English, Spanish or Portuguese.

    A paragraph is one that says all three: that it is secret, for whom it is, and what others shall do or not do. What
    is nothing but a notice stays as it is.

    Args:
        text: what somebody wrote, without quotes.
    """
    start = max(0, len(text) - _LOOKED_AT)
    begins = [start, *(found.end() for found in _GAP.finditer(text, start))]
    kept = len(text)
    for first in reversed(begins):
        paragraph = text[first:kept].strip()
        if paragraph and not _is_notice(paragraph):
            break
        kept = first
    above = text[:kept].rstrip()
    return above if above and kept < len(text) else text


def _is_notice(paragraph: str) -> bool:
    words = len(paragraph.split())
    if words >= _FEWEST and all(sign.search(paragraph) for sign in _SIGNS):
        return True
    return words <= _GREENEST and all(sign.search(paragraph) for sign in _TREES)
