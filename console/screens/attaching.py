"""What goes with a draft: files chosen by their path, with completion; taken off by a dash before their name."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from console.files.attaching import read_file
from console.screens.questions import Asks, Question
from storage.kinds.drafts import Attached
from widgets.choices import Choice
from widgets.language import _
from widgets.line import one_line
from widgets.moments import size_words

_LISTED = 200


def listed(text: str) -> list[tuple[str, str]]:
    """Return the files and folders that a path may go on to, each with its size; this may be called in a thread."""
    place = Path(text or "~/").expanduser()
    folder, letters = (place, "") if text.endswith("/") or not text else (place.parent, place.name)
    lead = text[: len(text) - len(letters)] if text else "~/"
    found = []
    try:
        with os.scandir(folder) as inside:
            for one in inside:
                if not one.name.casefold().startswith(letters.casefold()) or (one.name[0] == "." and not letters):
                    continue
                try:
                    is_folder = one.is_dir()
                    size = "" if is_folder else size_words(one.stat().st_size)
                except OSError:
                    continue
                found.append((not is_folder, f"{lead}{one.name}{'/' if is_folder else ''}", size))
                if len(found) >= _LISTED:
                    break
    except OSError:
        return []
    return [(path, size) for _file, path, size in sorted(found, key=lambda one: (one[0], one[1].casefold()))]


def _last_part(path: str) -> str:
    """Return the name that a path ends with, as shells list what may be typed: what is before it stands in the line."""
    return path[path.rstrip("/").rfind("/") + 1 :]


class Attaches(Asks):
    """A screen with a draft that files go with."""

    attached: tuple[Attached, ...]

    def changed(self, name: str, value: Any) -> None:
        """Keep what has been changed."""
        raise NotImplementedError

    def _tell_files(self) -> None:
        raise NotImplementedError

    def _arrange(self) -> None:
        raise NotImplementedError

    async def attach(self) -> None:
        """Ask for a file and attach it; a name behind a dash is taken off."""

        async def offer(text: str) -> Sequence[Choice]:
            if text.startswith("-"):
                return self._offer_off(text[1:])
            found = await asyncio.to_thread(listed, text)
            paths = [Choice(path, one_line(_last_part(path)), size) for path, size in found]
            return paths if text else [*self._offer_off(""), *paths]

        path = await self.ask(Question(_("attach"), offer=offer))
        if not path or not path.strip():
            return
        if path.startswith("-"):
            self._put_files(tuple(one for one in self.attached if one.name != path[1:].strip()))
            return
        try:
            file = await asyncio.to_thread(read_file, path.strip())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self.say_refusal(_("{path} cannot be attached: {why}.").format(path=one_line(path), why=one_line(why)))
            return
        self._put_files((*(one for one in self.attached if one.path != file.path), file))
        self.say(((_("attached:"), "ok"), (f" {one_line(file.name)} {size_words(file.size)}", "text")))

    def _offer_off(self, letters: str) -> list[Choice]:
        return [
            Choice(f"-{one.name}", f"-{one_line(one.name)}", _("take off"))
            for one in self.attached
            if one.name.casefold().startswith(letters.casefold())
        ]

    def _put_files(self, files: tuple[Attached, ...]) -> None:
        self.attached = files
        self.changed("attachments", files)
        self._tell_files()
        self._arrange()
