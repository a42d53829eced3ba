"""The folders of a mailbox: names to show and to use again, and which are Sent, Archive and Trash (RFC 6154)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.mail.imap.answers import AnswerBroken, Data
from console.mail.imap.stream import decode_name
from storage.kinds.clean import clean_line, folded

NAMES_SENT = (
    "sent",
    "sent items",
    "sent messages",
    "sent mail",
    "enviados",
    "itens enviados",
    "mensagens enviadas",
    "e-mails enviados",
    "elementos enviados",
    "mensajes enviados",
    "correo enviado",
    "correos enviados",
)
NAMES_ARCHIVE = (
    "archive",
    "archives",
    "archived",
    "arquivo",
    "arquivo morto",
    "arquivados",
    "arquivadas",
    "arquivar",
    "archivo",
    "archivos",
    "archivados",
)
NAMES_TRASH = (
    "trash",
    "deleted items",
    "deleted messages",
    "bin",
    "lixeira",
    "itens excluidos",
    "itens eliminados",
    "mensagens excluidas",
    "papelera",
    "elementos eliminados",
    "mensajes eliminados",
)


@dataclass(frozen=True, slots=True)
class Folder:
    r"""One folder.

    Attributes:
        name: clean, and what `Session.select` takes; `INBOX` in capitals.
        delimiter: what separates its levels; empty when there are none.
        special: the special uses in lower case without the backslash, such as ``sent``, ``archive``, ``all``.
        selectable: whether it can hold messages.
    """

    name: str
    delimiter: str
    special: frozenset[str]
    selectable: bool


_SPECIAL = frozenset({"all", "archive", "drafts", "flagged", "important", "junk", "sent", "trash"})
_UNSELECTABLE = frozenset({"noselect", "nonexistent"})


def read_folders(answers: Iterable[Data]) -> tuple[list[Folder], dict[str, bytes]]:
    """Read LIST answers; one that cannot be read costs itself only.

    Args:
        answers: one for each folder.

    Returns:
        The folders by name, and the names on the wire of those whose shown name is another: not modified UTF-7,
        or with characters that must not reach a terminal.
    """
    found: dict[str, Folder] = {}
    odd: dict[str, bytes] = {}
    for answer in answers:
        try:
            match answer.tokens():
                case [list() as words, bytes() | None as delimiter, bytes() | str() as wire, *_]:
                    raw = wire if isinstance(wire, bytes) else wire.encode("latin-1")
                case _:
                    continue
        except AnswerBroken:
            continue
        flags = {word.lower().removeprefix("\\") for word in words if isinstance(word, str)}
        name = _shown(raw, found)
        if decode_name(raw) != name and name != "INBOX":
            odd[name] = raw
        separator = clean_line((delimiter or b"").decode("latin-1"))
        found[name] = Folder(name, separator, frozenset(flags & _SPECIAL), not flags & _UNSELECTABLE)
    return sorted(found.values(), key=lambda folder: (folder.name != "INBOX", folded(folder.name))), odd


def _shown(raw: bytes, taken: Iterable[str]) -> str:
    name = decode_name(raw)
    if name is None:
        name = raw.decode("utf-8", "replace")
    if name.upper() == "INBOX":
        return "INBOX"
    clean = clean_line(name) or "?"
    shown, turn = clean, 2
    while shown in taken:
        shown, turn = f"{clean} ({turn})", turn + 1
    return shown


def find_folder(folders: Sequence[Folder], special: Sequence[str], names: Sequence[str]) -> str | None:
    """Find the folder for a purpose: by what the server says of it, else by its usual names in our languages.

    Args:
        folders: all of them.
        special: special uses, the best first.
        names: last parts of names, lower case and without accents, the best first.
    """
    usable = [folder for folder in folders if folder.selectable and folder.name != "INBOX"]
    first, *others = special
    for folder in usable:
        if first in folder.special:
            return folder.name
    for name in names:
        for folder in usable:
            last = folder.name.rsplit(folder.delimiter, 1)[-1] if folder.delimiter else folder.name
            if folded(last) == name and not folder.special:
                return folder.name
    return next((folder.name for use in others for folder in usable if use in folder.special), None)
