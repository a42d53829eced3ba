"""Header text: the encoded words of RFC 2047, as senders write them and not only as the RFC allows."""

import binascii
import re

from console.mail.parse import charsets, encodings

# charset, an RFC 2231 language that is dropped, encoding
_OPENING = re.compile(r"=\?[ \t]*([A-Za-z0-9_.:+\-]{1,64})(?:\*[A-Za-z0-9\-]{0,32})?[ \t]*\?([bBqQ])\?")
_BLANK = re.compile(r"[ \t\r\n]*")


def _word_bytes(charset: str, encoding: str, text: str) -> bytes:
    # Raw signs inside a word were read already when the field was: they go back into the word's own charset.
    data = text.encode("ascii" if text.isascii() else charsets.codec(charset) or "utf-8", "replace")
    if encoding in "bB":
        return encodings.base64(data)
    return binascii.a2b_qp(data.replace(b"\r", b"").replace(b"\n", b""), header=True)


def decode(text: str) -> str:  # noqa: C901 - one loop over the words
    """Return `text` with its encoded words decoded.

    Neighbouring words of one charset are decoded together, since many senders split inside a character.
    Spaces and question marks inside a word, a missing end and words inside quoted strings are all read.
    Time is linear in the length of `text`.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    waiting: list[bytes] = []
    charset = ""
    position = 0

    def settle() -> None:
        if waiting:
            pieces.append(charsets.decode(b"".join(waiting), charset))
            waiting.clear()

    while (start := text.find("=?", position)) >= 0:
        opening = _OPENING.match(text, start)
        if opening is None:
            between, position = text[position : start + 2], start + 2
            settle()
            pieces.append(between)
            continue
        body = opening.end()
        end = text.find("?=", body)
        # "?=" may be the end of a word or a question mark before an escape: "?Q?really?=21?="
        if end < 0:
            if re.search(r"[ \t]", text[body:]):
                break
            end = len(text)
        inner = text.rfind("=?", body, end)
        if inner >= 0 and _OPENING.match(text, inner):
            settle()
            pieces.append(text[position:inner])
            position = inner
            continue
        between = text[position:start]
        if between and not (waiting and _BLANK.fullmatch(between)):
            settle()
            pieces.append(between)
        if waiting and opening.group(1).lower() != charset:
            settle()
        charset = opening.group(1).lower()
        waiting.append(_word_bytes(charset, opening.group(2), text[body:end]))
        position = end + 2
    settle()
    pieces.append(text[position:])
    return "".join(pieces)
