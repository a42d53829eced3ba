"""Work that makes very many small things without a circle among them: to look for garbage there takes a third of it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nothing be looked through for garbage meanwhile; what nobody holds goes by itself, as always."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
