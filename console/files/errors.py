"""What can go wrong when a file is saved, or a file or a link is opened; each error is a sentence."""

from pathlib import Path

from console.config.errors import ConsoleError
from storage.kinds.clean import clean_line
from widgets.language import _
from widgets.moments import size_words


class NotSaved(ConsoleError):
    """A file could not be saved; nothing of it was left behind.

    Attributes:
        folder: where it was to be saved.
        reason: what the system said.
    """

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder = folder
        self.reason = clean_line(reason)

    def __str__(self) -> str:
        """Name the folder and what the system said."""
        return _("Nothing was saved in {folder} ({reason}). Name another folder, or mend that.").format(
            folder=clean_line(str(self.folder)), reason=self.reason
        )


class NoRoom(NotSaved):
    """The disk is full; what had been written was taken away again.

    Attributes:
        size: of the file, in bytes; 0 when nobody knows.
    """

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(folder, "")
        self.size = size

    def __str__(self) -> str:
        """Say how much room is needed, and where."""
        if not self.size:
            return _("There is no room in {folder}; nothing was saved. Make room, or name another folder.").format(
                folder=self.folder
            )
        return _(
            "There is no room for {size} in {folder}; nothing was saved. Make room, or name another folder."
        ).format(size=size_words(self.size), folder=clean_line(str(self.folder)))


class NoFolder(NotSaved):
    """There is no such folder to save in."""

    def __str__(self) -> str:
        """Name the folder."""
        return _("There is no folder {folder}; nothing was saved. Make it, or name another.").format(
            folder=clean_line(str(self.folder))
        )


class NotRead(ConsoleError):
    """A file cannot be read, or is none.

    Attributes:
        path: as it was named.
        reason: what the system said; empty where there is no file, only something else of that name.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = clean_line(reason)

    def __str__(self) -> str:
        """Name the file and what the system said."""
        file = clean_line(str(self.path))
        if not self.reason:
            return _("{file} is no file: it must lie on a disk, for it is read twice.").format(file=file)
        return _("{file} cannot be read ({reason}).").format(file=file, reason=self.reason)


class NotOpened(ConsoleError):
    """A program that should open a file or a link did not.

    Attributes:
        program: its first word.
        why: what happened, a clause.
        said: the end of what it wrote to standard error, clean.
        key: the configuration's name for the program.
    """

    def __init__(self, program: str, why: str, *, key: str, said: str = "") -> None:
        super().__init__(program, why, key, said)
        self.program = clean_line(program)
        self.why = why
        self.said = said
        self.key = key

    def __str__(self) -> str:
        """Name the program, what it said, and where another is chosen."""
        sentence = _("Not opened: {program} {why}. The configuration's {key} names another program.").format(
            program=self.program, why=self.why, key=self.key
        )
        return _("{sentence} It said: {said}").format(sentence=sentence, said=self.said) if self.said else sentence


class MayRun(ConsoleError):
    """A file that a desktop might run rather than show; it can be saved, but is not opened.

    Attributes:
        name: its safe name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        """Say what can be done instead."""
        return _("{name} may be a program: it is not opened from here. Save it, and look at it first.").format(
            name=self.name
        )


class NoLink(ConsoleError):
    """An address that is not opened: only http, https and mailto are."""

    def __init__(self, link: str) -> None:
        super().__init__(link)
        self.link = clean_line(link)[:200]

    def __str__(self) -> str:
        """Name the link and what is opened."""
        return _("{link} is not opened: only http, https and mailto are. It can be copied.").format(link=self.link)
