"""Our reader of MIME trees finds the parts that the standard library finds, over the corpus of real mail."""

import email
import os
from email.message import Message
from pathlib import Path

import pytest

from console.mail.parse import fields, tree
from console.mail.parse.limits import LIMITS

CORPUS = Path(os.environ.get("PLANTAO_CORPUS", Path(__file__).parents[5] / "shared" / "corpus"))

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the shared corpus of real mail is not at {CORPUS}"),
]


def of_the_library(raw: bytes) -> list[tuple[str, bytes]]:
    found = []
    waiting: list[Message] = [email.message_from_bytes(raw)]
    while waiting:
        part = waiting.pop()
        if part.is_multipart():
            waiting.extend(reversed(part.get_payload()))
        elif not part.get_content_type().startswith("multipart/"):
            found.append((part.get_content_type(), b"".join((part.get_payload(decode=True) or b"").split())))
    return found


def ours(raw: bytes) -> list[tuple[str, bytes]]:
    root = tree.grow(raw, fields.top(raw), len(raw), LIMITS)
    leaves = [part for part in root.walk() if not part.children]
    return [(part.media_type, b"".join(part.content().split())) for part in leaves]


def test_the_parts_are_those_of_the_standard_library() -> None:
    different = []
    read = 0
    for path in sorted(CORPUS.glob("*/*")):
        if path.suffix in (".json", ".csv", ".mbox", ".md") or not path.is_file():
            continue
        raw = path.read_bytes()
        read += 1
        try:
            theirs = of_the_library(raw)
        except (ValueError, LookupError, RecursionError, AttributeError, AssertionError):
            continue
        if ours(raw) != theirs:
            different.append(f"{path.parent.name}/{path.name}")
    print(f"\n{read} files, {len(different)} differ from the library: {different}")  # noqa: T201
    assert read > 1_000
    # What differs is broken mail that the library gives up on and ours reads on, or reads otherwise.
    assert len(different) < 0.06 * read
