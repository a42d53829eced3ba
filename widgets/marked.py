"""Markdown as rows: headings and what is strong stand out, lists and quotations are set in; nothing in it acts."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, chop_cells

from storage.kinds.clean import clean
from widgets.line import Span, one_line, steady
from widgets.look import Role

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LONGEST: Final = 20_000  # letters; a note has no more
_DEPTH: Final = 20
_LEAST: Final = 12  # cells that are left to words, however deep they are set in


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # only where there are notes

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEPTH})
    return made.disable(["lheading", "image", "html_block", "html_inline"])


def marked(text: str, width: int) -> list[tuple[Span, ...]]:
    """Return Markdown as rows of at most `width` cells."""
    rows: list[tuple[Span, ...]] = []
    for block in _blocks(_markdown().parse(clean(text[:_LONGEST]))):
        first, rest, runs = block
        room = max(_LEAST, width - cell_len(first))
        for place, line in enumerate(_wrapped(runs, room)):
            lead = rest if place else first
            text, role = line[-1] if line else ("", "text")  # a row ends without a blank
            rows.append((*(((lead, "muted"),) if lead else ()), *line[:-1], (text.rstrip(), role)))
    return rows


def _blocks(tokens: "Iterable[Token]") -> Iterator[tuple[str, str, list[Span]]]:  # noqa: C901, PLR0912 - a case a token reads well
    """Yield what stands before a block's first row and before its others, and the block's words."""
    leads: list[str] = []  # what stands before every row, from the outermost on
    counts: list[int | None] = []  # the number of the next item of each list that is open, `None` without numbers
    sign, strong = "", False
    for token in tokens:
        match token.type:
            case "blockquote_open":
                leads.append("│ ")
            case "blockquote_close":
                leads.pop()
            case "bullet_list_open":
                counts.append(None)
            case "ordered_list_open":
                counts.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                counts.pop()
            case "list_item_open":
                number = counts[-1]
                sign = "• " if number is None else f"{number}. "
                counts[-1] = None if number is None else number + 1
                leads.append(" " * len(sign))
            case "list_item_close":
                leads.pop()
                sign = ""
            case "heading_open":
                strong = True
            case "heading_close":
                strong = False
            case "hr":
                yield "".join(leads), "", [("─" * 8, "muted")]
            case "inline" | "code_block" | "fence":
                rest = "".join(leads)
                first = "".join(leads[:-1]) + sign if sign else rest
                sign = ""
                yield first, rest, list(_runs(token, strong=strong))
            case _:
                pass


def _runs(token: "Token", *, strong: bool) -> Iterator[Span]:  # noqa: C901 - a case a token reads well
    """Yield the words of a block; a line that ends is a newline among them."""
    if token.type != "inline":
        yield token.content.rstrip("\n").expandtabs(4), "text"
        return
    depth, links = int(strong), []
    for child in token.children or ():
        role: Role = "bright" if depth else "text"
        match child.type:
            case "text" | "code_inline" | "text_special":
                yield child.content, role
            case "softbreak":
                yield " ", role
            case "hardbreak":
                yield "\n", role
            case "strong_open":
                depth += 1
            case "strong_close":
                depth -= 1
            case "link_open":
                links.append(str(child.attrGet("href") or ""))
            case "link_close":
                address = links.pop()
                if child.info != "auto":
                    yield f" <{address}>", "muted"
            case _:
                pass


def _wrapped(runs: Iterable[Span], width: int) -> Iterator[list[Span]]:
    """Yield rows of spans, broken between words."""
    row: list[Span] = []
    used = 0
    for text, role in runs:
        for number, piece in enumerate(text.split("\n")):
            if number:
                yield row
                row, used = [], 0
            for word in _words(steady(piece)):
                cells = cell_len(word.rstrip())
                if used and used + cells > width:
                    yield row
                    row, used = [], 0
                    word = word.lstrip()  # noqa: PLW2901 - a blank begins no row
                parts = chop_cells(word, width) if cells > width else [word]
                for part in parts[:-1]:
                    yield [*row, (one_line(part), role)]
                    row, used = [], 0
                if parts and (parts[-1].strip() or used):
                    row.append((parts[-1], role))
                    used += cell_len(parts[-1])
    if row:
        yield row


def _words(text: str) -> list[str]:
    """Return words, each with the blanks after it; blanks that begin a text are one of their own."""
    words: list[str] = []
    for part in text.split(" "):
        if words:
            words[-1] += " "
        words.append(part)
    return [word for word in words if word]
