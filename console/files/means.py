"""How one console reaches the machine it runs on, as configured: folder, programs, clipboard."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from console.files.clipboard import Way
from console.files.programs import Opener
from console.files.saving import download_folder

if TYPE_CHECKING:
    from console.config.settings import Settings


@dataclass(slots=True)
class Means:
    """What saving, opening and copying go by.

    Attributes:
        opener: of this session; to be closed with it.
        folder: where files are saved, and offered to be: the one that was last chosen.
        clipboard: how copied text reaches the terminal.
    """

    opener: Opener = field(default_factory=Opener)
    folder: Path = field(default_factory=lambda: download_folder(None))
    clipboard: Way = "plain"

    @classmethod
    def configured(cls, settings: "Settings") -> Self:
        """Return what a configuration asks for."""
        return cls(
            Opener(settings.opener, settings.link_opener), download_folder(settings.download_folder), settings.clipboard
        )

    def close(self) -> None:
        """Forget what was opened."""
        self.opener.close()
