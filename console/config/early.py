"""What the console's first frame needs of the configuration, read without the tenth of a second that pydantic takes.

Only what is plainly right is taken; whoever finds anything else reads the whole file with care at once, and the
console does so a moment later in any case, before its desk is open. A test holds both readings equal.
"""

import getpass
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from storage.kinds.clean import clean_line

_SIZE_LIMIT: Final = 256 * 1024
_LANGUAGES: Final = frozenset({"en", "pt_BR", "es"})


@dataclass(frozen=True, slots=True)
class Early:
    """What shows in the first frame, or decides where it is read; see `console.config.settings.Settings`.

    Attributes:
        accounts: whether there are any.
    """

    agent: str | None = None
    language: str | None = None
    theme: str | None = None
    mouse: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    store: str | None = field(default=None, repr=False)
    accounts: bool = False


def read_early(file: Path, *, named: bool) -> Early | None:
    """Read a configuration file; `None` where it is not plainly right.

    Args:
        file: that holds for this call.
        named: whether the agent named it, so that it must be there.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(_SIZE_LIMIT + 1)
    except FileNotFoundError:
        return None if named else Early()
    except OSError:
        return None
    try:
        content = tomllib.loads(raw.decode("utf-8-sig")) if len(raw) <= _SIZE_LIMIT else None
    except (ValueError, RecursionError):
        return None
    return _plain(content) if content is not None else None


def agent_name(configured: str | None) -> str:
    """Return who works here: as configured, else the user of the operating system, else ``agent``."""
    if configured:
        return configured
    try:
        return clean_line(getpass.getuser()) or "agent"
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "agent"


def _plain(content: Mapping[str, Any]) -> Early | None:
    lines = [content.get(name) for name in ("agent", "language", "theme", "store")]
    keys, mouse, accounts = content.get("keys", {}), content.get("mouse", False), content.get("account", [])
    if not isinstance(keys, dict) or not isinstance(mouse, bool) or not isinstance(accounts, list):
        return None
    said = [*(line for line in lines if line is not None), *keys.values()]
    if not all(isinstance(line, str) and line and clean_line(line) == line for line in said):
        return None
    agent, language, theme, store = lines
    if language not in {None, *_LANGUAGES}:
        return None
    if store is not None and not store.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://")):
        return None
    return Early(agent, language, theme, mouse, keys, store, bool(accounts))
