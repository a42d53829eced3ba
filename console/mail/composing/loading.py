"""The bytes of what goes with a draft: a file of this machine, a part of a message, a canned response's file."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from console.mail.composing.errors import AttachmentGone
from console.mail.composing.parts import File
from console.mail.parse import Unreadable
from console.mail.raw import content, raw_mail
from storage.kinds.drafts import Attached
from storage.kinds.errors import NoSuch
from storage.store import Store
from widgets.language import _


def load_files(store: Store, attachments: Sequence[Attached]) -> tuple[File, ...]:
    """Return what goes with a draft, each with its bytes as they are now.

    Args:
        store: open.
        attachments: as the draft names them.

    Raises:
        AttachmentGone: one of them is not there any more, or cannot be read.
        StoreTrouble: the store cannot be read.
    """
    return tuple(_load(store, one) for one in attachments)


def _load(store: Store, one: Attached) -> File:
    if one.path:
        return File(one.name or Path(one.path).name, one.media_type, _read(one))
    try:
        if one.message_id is None:
            return File(one.name, one.media_type, store.content.get(bytes.fromhex(one.digest)))
        raw = raw_mail(store, one.message_id)
        if not one.section:
            return File(one.name, "message/rfc822", raw)
        return File(one.name, one.media_type, content(raw, one.section))
    except (NoSuch, Unreadable, ValueError):
        raise AttachmentGone(one.name, _("it is kept no more")) from None


def _read(one: Attached) -> bytes:
    """Return a file's bytes; what is no file, such as a pipe, is not waited for."""
    try:
        where = os.open(one.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(where).st_mode):
                raise AttachmentGone(one.name or one.path, _("it is no file"))
            with open(where, "rb", closefd=False) as opened:
                return opened.read()
        finally:
            os.close(where)
    except OSError as gone:
        raise AttachmentGone(one.name or one.path, gone.strerror or str(gone)) from None
    except ValueError:  # a null character
        raise AttachmentGone(one.name or one.path, _("it is no file")) from None
