"""Bytes become text here: charsets as mail declares them, wrongly or not at all."""

import codecs
import re
from functools import lru_cache

# What mail calls a charset, and the codec that reads what is really sent under that name: each is a superset.
_MEANT = {
    "ascii": "ascii",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}
_ALIASES = {
    "ansix341968": "ascii",
    "ansi": "cp1252",
    "cp8859": "cp1252",
    "iso88591windows1252latin1": "cp1252",
    "iso88598i": "iso8859-8",
    "iso88598e": "iso8859-8",
    "iso88596i": "iso8859-6",
    "iso88596e": "iso8859-6",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "ksc56011989": "cp949",
    "ksx1001": "cp949",
    "windows949": "cp949",
    "windows31j": "cp932",
    "windows936": "gb18030",
    "windows932": "cp932",
    "windows950": "cp950",
    "windows874": "cp874",
    "big5hkscs": "big5hkscs",
    "big5eten": "cp950",
    "xgbk": "gb18030",
    "xsjis": "cp932",
    "xmsansi": "cp1252",
    "xeucjp": "euc_jp",
    "xeuckr": "cp949",
    "unicode11utf7": "utf-7",
    "unicode11utf8": "utf-8",
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "unicode": "utf-8",
    "xunicode20utf8": "utf-8",
    "macintosh": "mac_roman",
    "xmacroman": "mac_roman",
    "xmaccyrillic": "mac_cyrillic",
    "xmacce": "mac_latin2",
    "macce": "mac_latin2",
    "iso10646ucs2": "utf-16",
    "csiso2022jp": "iso2022_jp_ext",
    "iso2022jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "iso2022cn": "hz",
}
_SIGNS = re.compile(r"[^a-z0-9]")
# Codecs of the standard library that do not turn bytes into text, or that expand without bound.
_NO_CHARSET = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "rot_13", "charmap"}
)
# In these an ASCII byte may mean something else, so that pure ASCII says nothing.
_SHIFTING = frozenset({"utf-7", "hz", "iso2022_jp_ext", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@lru_cache(maxsize=1024)
def codec(declared: str) -> str:
    """Return the name of the codec for a charset as declared, empty when there is none of that name."""
    name = declared.strip().strip("\"'").lower()[:64]
    if not name:
        return ""
    bare = _SIGNS.sub("", name)
    if bare in _ALIASES:
        return _ALIASES[bare]
    for candidate in (name, re.sub(r"[^a-z0-9]+", "-", name), bare):
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        if found.name in _NO_CHARSET or not getattr(found, "_is_text_encoding", True):
            return ""
        if found.name.startswith("iso2022_jp"):
            return "iso2022_jp_ext"
        return _MEANT.get(found.name, found.name)
    return ""


def _western(data: bytes) -> str:
    """Read anything as Windows-1252, the five holes of which are dropped later as control characters."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return _UNDEFINED_IN_1252.sub(b"", data).decode("cp1252")


def _mostly(data: bytes, name: str) -> str | None:
    """Read with replacement signs, or return `None` when so many are needed that the charset must be another."""
    try:
        text = data.decode(name, "replace")
    except (UnicodeError, LookupError, ValueError):
        return None
    broken = text.count("\ufffd")
    beyond = sum(1 for sign in text[:20_000] if sign > "\x7f") - min(broken, text[:20_000].count("\ufffd"))
    return text if broken * 2 <= beyond else None


def _japanese(data: bytes) -> str | None:
    """Read 8-bit Japanese, sent under the name of the 7-bit charset or under none."""
    for name in ("cp932", "euc_jp"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return None


_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")


def guess(data: bytes, hint: str = "") -> str:
    """Return 8-bit `data` without a declaration as text: UTF-8, else the charset `hint`, else what it looks like.

    Runs of high bytes that are all even and start like the common characters of GB 2312 are Chinese: in Western
    text high bytes stand alone between letters.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    name = codec(hint) if hint else ""
    if name and name not in ("ascii", "cp1252", "utf-8"):
        return decode(data, hint)
    runs = _HIGH_RUNS.findall(data)
    if sum(map(len, runs)) >= 8 and all(len(run) % 2 == 0 for run in runs):
        leads = [run[place] for run in runs for place in range(0, len(run), 2)]
        if sum(0xA1 <= lead <= 0xF7 for lead in leads) == len(leads) and len(data) < 3 * sum(map(len, runs)):
            try:
                return data.decode("gb18030")
            except UnicodeDecodeError:
                pass
    return decode(data)


def decode(data: bytes, declared: str = "") -> str:  # noqa: C901 - a list of trials
    """Return `data` as text, whatever is declared: as declared, else as UTF-8, else as Windows-1252.

    ISO-8859-1 is read as Windows-1252 and other small charsets as what is really sent under their names.
    A text that is broken in a few places keeps its charset and shows U+FFFD there.
    """
    name = codec(declared) if declared else ""
    if name not in _SHIFTING:
        if data.isascii():
            text = data.decode("ascii")
            if "\x1b$" in text:
                return _mostly(data, "iso2022_jp_ext") or text
            return text
    elif name.startswith("utf-16") and data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in data:
        name = ""
    if name and name != "ascii":
        try:
            return data.decode(name)
        except (UnicodeError, ValueError):
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if name == "iso2022_jp_ext" and (japanese := _japanese(data)) is not None:
        return japanese
    if name and name not in ("ascii", "cp1252"):
        text_or_none = _mostly(data, name)
        if text_or_none is not None:
            return text_or_none
    elif (mostly := _mostly(data, "utf-8")) is not None:
        return mostly
    return _western(data)
