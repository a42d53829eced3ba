"""Names and addresses out of From, To and their like, in one pass over whatever stands there."""

import re
from functools import lru_cache

from console.mail.parse import encoded_words
from storage.kinds.clean import clean_line
from storage.kinds.mail import Correspondent

_PLAIN = re.compile(
    r'\s*(?:"([^"\\=]*)"|([^"<>(),:;@\\=]*?))\s*<\s*([^<>\s",:;()\\]+@[^<>\s",:;()\\@]+)\s*>\s*', re.ASCII
)
_BARE = re.compile(r"\s*([A-Za-z0-9.!#$%&'*+/^_`{|}~\-]+@[A-Za-z0-9.\-]+)\s*")
_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*(?:"|\Z))
    |(?P<coded>=\?[^?\s]{1,64}\?[bBqQ]\?[^?]*\?=)
    |(?P<angle><[^<>]*(?:>|\Z))
    |(?P<open>\()
    |(?P<sign>[,;:])
    |(?P<space>\s+)
    |(?P<word>(?:[^\s"(<,;:=]|=(?!\?)|\\.)+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_COMMENTED = re.compile(r"\([^()]*\)")
_COMMENT_SIGN = re.compile(r"[()\\]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ORDINARY = 200  # characters of a field that is remembered
_IN_TEXT = re.compile(r"[^\s<>()\[\]\",;:@]+@[^\s<>()\[\]\",;:@]+")


def _comment(text: str, start: int) -> tuple[str, int]:
    """Return the comment that opens at `start` and where it ends; an unclosed one reaches to the end."""
    depth = 0
    position = start
    while (sign := _COMMENT_SIGN.search(text, position)) is not None:
        position = sign.end()
        if sign.group() == "(":
            depth += 1
        elif sign.group() == ")":
            depth -= 1
            if depth == 0:
                return text[start + 1 : position - 1], position
        else:
            position += 1
    return text[start + 1 :], len(text)


def _made(words: list[str], angle: str | None, comment: str) -> Correspondent | None:
    shown = "".join(words).strip()
    if angle is not None:
        address = _address(angle)
        name = shown or comment
        if not address and "@" in name:
            address = _address(name)
        return _correspondent(name, address)
    if not shown:
        return None
    if "@" in shown:
        hit = _IN_TEXT.search(shown)
        if hit is not None:
            rest = (shown[: hit.start()] + shown[hit.end() :]).strip(" []<>\"'")
            return _correspondent(comment or rest, hit.group())
    return _correspondent(shown if not comment else f"{shown} ({comment})", "")


def _address(text: str) -> str:
    """Return the bare address in an angle pair: routes, spaces, quotes and a second scheme are dropped."""
    text = encoded_words.decode(text)
    if "(" in text:
        text = _COMMENTED.sub("", text)
    text = text.strip().strip("\"'")
    if text.lower().startswith("mailto:"):
        text = text[7:]
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    return "".join(text.split()) if "@" in text else text.strip()


def _correspondent(name: str, address: str) -> Correspondent | None:
    name = clean_line(encoded_words.decode(name))[:1000]
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    address = clean_line(address).lower()[:1000]
    if not name and not address:
        return None
    return Correspondent(name, address)


def read(text: str, most: int) -> tuple[Correspondent, ...]:
    """Return the people named in an unfolded, still encoded address field, at most `most`.

    Groups are opened, comments serve as names, semicolons separate, and a name without an address is kept.
    Time is linear.
    """
    return _again(text, most) if len(text) <= _ORDINARY else _read(text, most)


@lru_cache(maxsize=2_000)
def _again(text: str, most: int) -> tuple[Correspondent, ...]:
    """Do it once: a mailbox's mail names the same few people over and over."""
    return _read(text, most)


def _read(text: str, most: int) -> tuple[Correspondent, ...]:  # noqa: C901, PLR0912 - one loop over the tokens
    plain = _PLAIN.fullmatch(text) or _BARE.fullmatch(text)
    if plain is not None:
        groups = plain.groups()
        name = (groups[0] or groups[1] or "") if len(groups) == 3 else ""
        one = _correspondent(name, groups[-1] or "")
        return (one,) if one else ()
    found: list[Correspondent] = []
    words: list[str] = []
    angle: str | None = None
    comment = ""

    def settle() -> None:
        nonlocal angle, comment
        one = _made(words, angle, comment)
        if one is not None and (one.address or len(found) == 0):
            found.append(one)
        words.clear()
        angle, comment = None, ""

    position = 0
    while position < len(text) and len(found) < most:
        token = _TOKEN.match(text, position)
        if token is None:
            break
        position = token.end()
        match token.lastgroup:
            case "quoted":
                inner = token.group()[1:]
                words.append(_ESCAPED.sub(r"\1", inner.removesuffix('"')) if len(inner) > 1 or inner != '"' else "")
            case "angle":
                if angle is not None:
                    settle()
                angle = token.group().strip("<>")
            case "open":
                comment, position = _comment(text, token.start())
            case "sign" if token.group() == ":":
                # The name of a group ends here; a colon inside a name is kept.
                if angle is None and not any("@" in word for word in words):
                    words.clear()
                else:
                    words.append(":")
            case "sign":
                settle()
            case "space":
                words.append(" ")
            case _:
                words.append(token.group())
    if len(found) < most:
        settle()
    return tuple(found)
