"""The signature below a text."""

from storage.kinds.clean import clean

SEPARATOR = "-- "
"""The line that stands above a signature, its space included (RFC 3676 §4.3)."""


def signed(text: str, signature: str) -> str:
    """Return a text with the signature below it; as it is when it ends with it already, or when there is none.

    Args:
        text: as typed.
        signature: its lines, with or without the separator above them.
    """
    lines = clean(signature).strip("\n").split("\n")
    if lines[0].rstrip() == SEPARATOR.rstrip():
        lines = lines[1:]
    below = "\n".join(line.rstrip() for line in lines).strip("\n")
    if not below.strip():
        return text
    above = clean(text).rstrip()
    bare = "\n".join(line.rstrip() for line in above.split("\n"))
    if f"\n{bare}".endswith(f"\n{SEPARATOR.rstrip()}\n{below}"):
        return text
    return f"{above}\n\n{SEPARATOR}\n{below}\n" if above else f"{SEPARATOR}\n{below}\n"
