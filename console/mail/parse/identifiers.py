"""Message-IDs, cleaned of all that stands around them."""

import re

_BRACKETED = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\([^()]*\)")
_MEANING = re.compile(r"\w")
_LONGEST = 500


def _cleaned(inner: str) -> str:
    bare = "".join(inner.split()).strip("<>(){}\"',;")
    bare = "".join(sign for sign in bare if sign.isprintable()) if not bare.isprintable() else bare
    return bare if _MEANING.search(bare) and len(bare) <= _LONGEST else ""


def one(text: str) -> str:
    """Return the Message-ID in a field, without brackets and white space; empty when there is none to speak of."""
    hit = _BRACKETED.search(text)
    if hit is not None and (inner := _cleaned(hit.group(1))):
        return inner
    return _cleaned(text.partition(" ")[0] if "@" in text.partition(" ")[0] else text)


def several(text: str, most: int) -> tuple[str, ...]:
    """Return the Message-IDs of In-Reply-To or References, in order, no doubles, the last `most` of them.

    Brackets may be missing, white space may stand inside them, and comments or words around them.
    """
    if "<" in text:
        found = [_cleaned(inner) for inner in _BRACKETED.findall(text)]
        if not any(found):
            found = [_cleaned(word) for word in text.split() if "@" in word]
    else:
        words = _COMMENT.sub(" ", text).replace(",", " ").split()
        found = [_cleaned(word) for word in words if "@" in word or len(words) == 1]
    return tuple(list(dict.fromkeys(one for one in found if one))[-most:])
