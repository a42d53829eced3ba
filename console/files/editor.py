"""The editor of one's choice for a text: ``$VISUAL``, else ``$EDITOR``, on a file that nobody else may read."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from console.config.errors import ConsoleError
from storage.kinds.clean import clean, clean_line
from widgets.language import _

_LARGEST = 8 * 1024 * 1024  # bytes that are read back: no answer is as long


class NotEdited(ConsoleError):
    """The text could not be edited; it stands as it stood."""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the program and its arguments, run without a shell.

    Raises:
        NotEdited: none is named, or its name cannot be read.
    """
    named = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    try:
        words = shlex.split(named)
    except ValueError:
        words = []
    if not words:
        raise NotEdited(_("$VISUAL or $EDITOR cannot be read: a quotation mark is not closed."))
    return words


def edit(text: str, environ: Mapping[str, str] = os.environ, *, suffix: str = ".txt") -> str:
    """Let the agent edit a text and return it, clean; the terminal must be the editor's meanwhile.

    Args:
        text: what stands there.
        environ: names the editor.
        suffix: of the file's name, by which editors choose their manner.

    Raises:
        NotEdited: the editor cannot be started, ended badly, or left what cannot be read.
    """
    command = editor_command(environ)
    with tempfile.TemporaryDirectory(prefix="plantao-") as folder:  # of mode 0700
        place = Path(folder) / f"answer{suffix}"
        place.write_text(text if text.endswith("\n") or not text else f"{text}\n", encoding="utf-8")
        try:
            done = subprocess.run([*command, str(place)], check=False)  # noqa: S603 - the agent names it
        except OSError as error:
            why = clean_line(error.strerror or str(error))
            raise NotEdited(
                _("{program} cannot be started: {why}.").format(program=clean_line(command[0]), why=why)
            ) from error
        if done.returncode:
            raise NotEdited(
                _("{program} ended with status {status}: the text stays as it was.").format(
                    program=clean_line(command[0]), status=done.returncode
                )
            )
        try:
            if place.stat().st_size > _LARGEST:
                raise NotEdited(_("The text is too long now: it stays as it was."))
            read = place.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            why = clean_line(error.strerror or str(error))
            raise NotEdited(_("The text cannot be read back: {why}.").format(why=why)) from error
    return clean(read).removesuffix("\n")
