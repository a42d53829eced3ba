"""The HTML of an answer, from its text read as Markdown: nothing in it is fetched, run or taken for HTML."""

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

DEPTH: Final = 50
"""How deep quotes and lists may stand inside one another; the library leaves out what stands deeper."""

LONGEST: Final = 100_000
"""Characters that are read as Markdown; quoted mail may be made to be slow to read."""

_PAGE = '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n</head>\n<body>\n{body}</body>\n</html>\n'


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # only accounts that ask for HTML pay for it

    # Lines stay where they were typed, as in the plain part. HTML in the text is text; javascript: and the like are no
    # links (the library's own rule); a picture from elsewhere would tell who reads. A line of dashes under a sentence
    # is a line in a mail, not a heading.
    made = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True, "maxNesting": DEPTH})
    return made.enable(["linkify", "strikethrough", "table"]).disable(
        ["lheading", "image", "html_block", "html_inline"]
    )


def as_html(text: str) -> str | None:
    """Return a whole HTML page of a text in Markdown; `None` where it is too long, or too deep to keep every word."""
    if len(text) > LONGEST:
        return None
    markdown = _markdown()
    tokens = markdown.parse(text)
    if any(token.level >= DEPTH - 1 for token in tokens):
        return None
    return _PAGE.format(body=markdown.renderer.render(tokens, markdown.options, {}))
