"""Where configuration, data and state lie: under PLANTAO_HOME, else in the XDG folders."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from console.config.errors import FolderUnusable
from widgets.language import _


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders of the desk; none of them need exist yet.

    Attributes:
        configuration: of what the agent writes: ``config.toml``.
        data: of the store: ``desk.db`` and ``mail.db``.
        state: of logs and other things that may be lost.
    """

    configuration: Path
    data: Path
    state: Path

    @property
    def configuration_file(self) -> Path:
        """Return where the configuration is read from when no other file is named."""
        return self.configuration / "config.toml"

    @property
    def store_url(self) -> str:
        """Return the URL of the store that is used when no other is named.

        Raises:
            FolderUnusable: the folder's name holds a question mark, which no such URL can carry.
        """
        if "?" in str(self.data):
            raise FolderUnusable(self.data, _("a store's folder cannot have ? in its name"))
        return f"sqlite:///{self.data / 'desk.db'}"


def find_paths(environment: Mapping[str, str] = os.environ) -> Paths:
    """Return the folders that the environment asks for.

    The XDG folders are used on macOS too: people of the terminal look for ``~/.config`` there as well.

    Args:
        environment: where PLANTAO_HOME is looked up; the XDG variables always come from the process's own.
    """
    if chosen := environment.get("PLANTAO_HOME"):
        home = Path(chosen).expanduser().absolute()
        return Paths(configuration=home, data=home / "data", state=home / "state")
    from platformdirs.unix import Unix  # late: with PLANTAO_HOME it is not needed

    folders = Unix("plantao", appauthor=False)
    return Paths(
        configuration=Path(folders.user_config_dir),
        data=Path(folders.user_data_dir),
        state=Path(folders.user_state_dir),
    )


def private_folder(folder: Path) -> Path:
    """Make `folder` so that only its owner may enter, where it is not there yet, and return it.

    A folder that exists keeps its mode: it may be shared on purpose, and `doctor` speaks of it.

    Raises:
        FolderUnusable: it cannot be made, or something else has its name.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as refused:
        raise FolderUnusable(folder, refused.strerror or str(refused)) from refused
    return folder
