"""What a command is: a name, keys, words, where it works, and the function behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from console.screens.commands.synonyms import with_synonyms

Where = Literal[
    "queue",
    "conversation",
    "search",
    "help",
    "history",
    "paper",
    "files",
    "rules",
    "picker",
    "library",
    "composer",
    "review",
    "beside",
    "drafts",
    "outbox",
    "quote",
    "enrol",
    "customer",
    "icp",
    "personas",
    "terms",
    "transfer",
    "erasing",
    "dashboard",
]
"""What has the keys: one of the main screen's two panes, or a screen of its own."""

Takes = Literal[
    "",
    "agent",
    "tag",
    "moment",
    "conversation",
    "query",
    "view",
    "kept view",
    "folder",
    "theme",
    "command",
    "words",
    "rule",
    "standing",
    "customer",
    "icp",
    "persona",
]
"""What may follow a command's name on the `:` line, which is offered while it is typed."""

QUEUE: Final[frozenset[Where]] = frozenset({"queue"})
RULES: Final[frozenset[Where]] = frozenset({"rules"})
CUSTOMER: Final[frozenset[Where]] = frozenset({"customer"})
ICP: Final[frozenset[Where]] = frozenset({"icp"})
PERSONAS: Final[frozenset[Where]] = frozenset({"personas"})
TERMS: Final[frozenset[Where]] = frozenset({"terms"})
ERASING: Final[frozenset[Where]] = frozenset({"erasing"})
DASHBOARD: Final[frozenset[Where]] = frozenset({"dashboard"})
TRANSFER: Final[frozenset[Where]] = frozenset({"transfer"})
READING: Final[frozenset[Where]] = frozenset({"conversation"})
MAIN: Final[frozenset[Where]] = frozenset({"queue", "conversation"})
LISTS: Final[frozenset[Where]] = frozenset(
    {
        "queue",
        "conversation",
        "help",
        "history",
        "paper",
        "files",
        "rules",
        "library",
        "beside",
        "drafts",
        "outbox",
        "quote",
        "customer",
        "icp",
        "personas",
        "terms",
        "erasing",
        "dashboard",
    }
)
LINED: Final[frozenset[Where]] = frozenset(
    {
        "queue",
        "conversation",
        "history",
        "paper",
        "files",
        "rules",
        "library",
        "drafts",
        "outbox",
        "customer",
        "icp",
        "personas",
        "terms",
        "erasing",
        "dashboard",
    }
)
"""Where there is a `:` line: not where letters are typed anyway, nor beside a draft."""
EVERYWHERE: Final[frozenset[Where]] = frozenset(get_args(Where))
PLACES: Final[frozenset[Where]] = (LISTS - {"help"}) | {"review"}
"""Where a letter is a key, so that ``?`` can be one."""

Run = Callable[[Any, str], Awaitable[None] | None]
"""Does it on a screen; the text is what followed the name on the `:` line, or what the key stands for."""


@dataclass(frozen=True, slots=True)
class Command:
    """What an agent can do.

    Attributes:
        name: as the `:` line and the configuration's ``[keys]`` have it.
        keys: as a person writes them: ``e``, ``^d``, ``Enter``, ``g i`` for one key after the other.
        word: for the row of keys; empty for what it never shows.
        sentence: for palette and help.
        where: where it works.
        run: what it does.
        takes: what may follow its name.
        also: other words by which it is found.
        repeats: whether ``.`` does it again.
        passes_key: whether the key itself is handed to `run`, as with ``1`` to ``9``.
        hidden: whether palette and `:` leave it out: moving and the like.
        footer: whether it stands at the right end of the row of keys.
        anywhere: whether the `:` line of a list has it as well: the list is left, and it is done on the main screen.
        reads_first: whether it reads something before it asks: what is typed meanwhile is for its line.
    """

    name: str
    keys: tuple[str, ...]
    word: str
    sentence: str
    where: frozenset[Where]
    run: Run
    takes: Takes = ""
    also: str = ""
    repeats: bool = False
    passes_key: bool = False
    hidden: bool = False
    footer: bool = False
    anywhere: bool = False
    reads_first: bool = False

    @property
    def shown(self) -> str:
        """The key that is shown for it; empty when it has none."""
        return self.keys[0] if self.keys else ""

    @property
    def called(self) -> str:
        """Its name, and what else people call it."""
        return with_synonyms(f"{self.name} {self.also}")

    @property
    def found_by(self) -> str:
        """The text by which help and palette find it."""
        return f"{self.name} {self.sentence} {self.called}"


def act(name: str) -> Run:
    """Return a run that is the screen's own action of that name."""

    def run(screen: Any, _rest: str) -> None:
        getattr(screen, f"action_{name}")()

    return run
