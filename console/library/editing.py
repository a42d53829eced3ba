"""A response in the editor of one's choice, as its file."""

import os
import shlex
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from console.library.errors import FileTrouble
from console.library.files import file_name, parsed, written
from storage.kinds.clean import clean_line
from storage.kinds.responses import Canned, ResponseView
from widgets.language import _


def edited(view: ResponseView) -> Canned:
    """Return a response as ``$VISUAL`` or ``$EDITOR`` leaves it, without its attachments; the terminal is the editor's.

    Raises:
        FileTrouble: the editor did not start or ended badly, or what it left is no response.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        command = shlex.split(named)
    except ValueError:
        command = [named]
    kept = replace(view, owner="", canned=replace(view.canned, attachments=()))
    with tempfile.TemporaryDirectory(prefix="plantao-") as folder:
        place = Path(folder) / file_name(kept)
        place.write_text(written(kept), encoding="utf-8")
        place.chmod(0o600)
        try:
            done = subprocess.run([*command, str(place)], check=False)  # noqa: S603 - the person's own editor, no shell
        except OSError as error:
            raise FileTrouble(
                clean_line(command[0]), _("this cannot be started ({detail}).").format(detail=error.strerror)
            ) from None
        if done.returncode:
            raise FileTrouble(
                clean_line(command[0]),
                _("it ended with status {status}: nothing was changed.").format(status=done.returncode),
            )
        try:
            text = place.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise FileTrouble(place.name, _("this is not UTF-8: save the file as UTF-8.")) from None
    return parsed(text.replace("\r\n", "\n"), place.name).entry.canned
