"""A terminal that keeps what is sent to it, byte for byte, for a console that takes it for a real one."""

from textual.drivers.headless_driver import HeadlessDriver


def recording(written: list[str]) -> type[HeadlessDriver]:
    """Return the driver of such a terminal.

    Args:
        written: gets what is sent, piece by piece.
    """

    class Terminal(HeadlessDriver):
        @property
        def is_headless(self) -> bool:
            return False

        def write(self, data: str) -> None:
            written.append(data)

    return Terminal
