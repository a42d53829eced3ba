"""Where a text says that something is attached, in Portuguese, Spanish and English; and the addresses it names."""

import re
from collections.abc import Iterator
from typing import Final

_ATTACHED: Final = re.compile(
    r"""
    \b(?:
        (?:em|no|nos|ao|vai|vao|segue|seguem|como|estou|envio|enviamos|mando)\s+(?:em\s+)?anexos?\b   # segue em anexo
      | anexo[sa]?\s*(?:[,:]|segue|seguem|est[aá]o?\b|vai\b|vão\b|o\b|a\b|os\b|as\b)                  # anexo segue o …
      | anex(?:ei|amos|ad[oa]s?)\b
      | adjunt(?:amos|ado|adas?|ados)\b
      | adjunto\s+(?:le|les|te|os|el|la|los|las|una?|encontrar[aá]|env[ií]o|a\s+este|mi|nuestr[oa])\b
      | (?:le|les|te|os|se|lo|la|los|las|va|van|env[ií]o|mando|archivos?|ficheros?|documentos?)\s+adjunt[oa]n?s?\b
      | (?:en\s+el|en\s+los|el|los)\s+(?:archivos?\s+|ficheros?\s+|documentos?\s+)?adjuntos?\b
      | (?:i|we)\s+(?:(?:have|had|am|are|will|also|just|now)\s+){0,2}attach(?:ed|ing)?\b
      | (?:i|we)['\u2019](?:ve|m|re|ll)\s+(?:(?:also|just|now)\s+)?attach(?:ed|ing)?\b
      | (?:is|are|find|see|the|in\s+the)\s+(?:here\s+)?attached\b
      | attached\s+(?:is|are|you|please|here|the|a|an|to\s+this|file|files|document|invoice|pdf|screenshot)\b
      | (?:see|in|find)\s+(?:the\s+)?attachments?\b
      | (?:please\s+find|is|are|i\s+have)\s+enclosed\b
    )
    | ^\s*(?:anexos?|adjuntos?|attached|attachments?|enclosed)\s*[:,]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_OURS: Final = re.compile(
    r"""
    \b(?:
        (?:sem|sin|without|no|nenhum|nenhuma|ningun|ningún|any|falt\w+|missing)\s+(?:\w+\s+)?(?:anexos?|adjuntos?|attach\w*)
      | (?:anexo|adjunto|attachment|arquivo|archivo|file)s?\s+(?:\w+\s+)?(?:que\s+|that\s+|which\s+)?
        (?:voc[eê]s?|usted(?:es)?|you|me|nos)\s+(?:(?:me|nos|have|had|le)\s+)?
        (?:enviou|enviaram|mandou|mandaram|anexou|envi[oó]|enviaron|mand[oó]|adjunt[oó]|sent|attached|shared)
      | que\s+(?:nos\s+|me\s+)?(?:enviou|mandou|anexou|envi[oó]|mand[oó]|adjunt[oó])
      | (?:you|they|he|she|it)(?:['\u2019]ve|\s+have|\s+had|['\u2019]d)?\s+(?:just\s+|already\s+)?attached
      | (?:your|seus?|sus?|teus?|tus?)\s+(?:arquivos?\s+|archivos?\s+)?(?:anexos?|adjuntos?|attach\w*)
      | (?:could|can|would|please|kindly|to)\s+(?:you\s+)?(?:please\s+)?attach
      | (?:diretor|director|professor|profesor|secret[aá]ri[oa]|secretari[oa]|prefeit[oa]|fiscal)a?\s+adjunt[oa]
      | attached\s+to\s+(?:the|your|my|our|an?|that|its?)\s+(?!e-?mail|message)
      | (?:is|are|was|were|be|feel|so|very)\s+(?:still\s+|too\s+)?attached\s+to\s+(?!this\s+(?:e-?mail|message))
      | (?:abr\w+|open\w*|ver|le\w+|download\w*|baix\w+|receb\w+|recib\w+|receiv\w+|got)\s+(?:\w+\s+)?
        (?:os?|el|los|the|seus?|sus?|your)\s+(?:archivos?\s+|arquivos?\s+)?(?:anexos?|adjuntos?|attach\w*)
      | (?:un|el|al)\s+anexo\s+(?:al|del|de)\s+contrato | anexo\s+(?:[ivx]+|\d+)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?![\w-])")
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]?")


def attachment_mention(text: str) -> tuple[int, int] | None:
    """Return where a text first says that it brings something along, `None` when it does not.

    Quoted lines are passed over. What others attached, what they are asked to attach, and what is not attached is no
    mention.
    """
    start = 0
    for line in text.split("\n"):
        if not line.startswith(">"):
            for sentence in _SENTENCE.finditer(line):
                mention = _ATTACHED.search(sentence[0])
                if mention is not None and _NOT_OURS.search(sentence[0]) is None:
                    first = mention.start() + len(mention[0]) - len(mention[0].lstrip())
                    return start + sentence.start() + first, start + sentence.start() + mention.end()
        start += len(line) + 1
    return None


def addresses_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the mail addresses that a text names, in lower case, each with its (start, end)."""
    for found in _ADDRESS.finditer(text):
        yield found[0].lower(), found.start(), found.end()
