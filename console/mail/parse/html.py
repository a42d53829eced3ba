"""HTML mail becomes readable text: links numbered, quotes marked, what is hidden or spies left out."""

import re
from dataclasses import dataclass, field
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from storage.kinds.clean import clean, clean_line

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "head",
        "title",
        "meta",
        "link",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "applet",
        "svg",
        "math",
        "audio",
        "video",
        "canvas",
        "map",
        "area",
        "select",
        "option",
        "datalist",
        "progress",
        "o:shapelayout",
        "xml",
        "-comment",
        "#comment",
        "base",
        "frameset",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "blockquote",
        "caption",
        "listing",
        "xmp",
    ]
)
_PARAGRAPHS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote", "listing", "xmp"]
)
_CELLS = frozenset({"td", "th"})
_VERBATIM = frozenset({"pre", "listing", "xmp"})
# No empty line before these, only after them.
_QUIET = frozenset({"p", "table", "pre"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$|!)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|$|!)|opacity\s*:\s*0\s*(?:;|$|!)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\n\r\f\u00a0\u200b\u200c\u00ad\u034f\ufeff]+")
_FILLERS = re.compile("[\u200b\u200c\u00ad\u034f\ufeff]")
_LINKED = re.compile(r"(?:https?|ftp|mailto|tel):", re.IGNORECASE)
_SIGNATURE_CLASSES = re.compile(
    r"\b(?:x_)?(?:gmail_signature|moz-signature|protonmail_signature_block|ms-outlook-mobile-signature"
    r"|ms-outlook-ios-signature|Signature|zm_signature)\b"
)


# Measured on selectolax 1.0: 1,000 open elements cost 2 ms, 16,000 cost 400 ms, 300,000 minutes.
_DEEPEST = 1_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})")
_ANY_TAG = re.compile(r"<[^<>]{0,5000}>")
_SELF_CLOSING = frozenset(
    [
        "p",
        "li",
        "td",
        "th",
        "tr",
        "dd",
        "dt",
        "option",
        "br",
        "hr",
        "img",
        "input",
        "meta",
        "link",
        "area",
        "base",
        "col",
        "embed",
        "wbr",
    ]
)


@dataclass(slots=True)
class Rendered:
    """HTML as text.

    Attributes:
        lines: the text, line by line, not yet joined.
        links: what ``[1]`` and so on stand for.
        signatures: where lines of a marked signature start and end.
    """

    lines: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    signatures: list[tuple[int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


# What an element keeps from its start to its end: of a link its address, line and place in the line, of a marked
# signature its first line.
_State = tuple[str, int, int] | int | None


def _is_even(text: str) -> bool:
    """Say whether a text has single blanks in it and no other white space or filler: all but one cannot be printed."""
    return text.isprintable() and "  " not in text and "\u034f" not in text


class _Page:
    """The text as it grows, one line at a time."""

    def __init__(self, longest: int, most_links: int) -> None:
        self.done = Rendered()
        self.links: dict[str, int] = {}
        self.most_links = most_links
        self.opened: list[tuple[LexborNode, str, _State]] = []
        self.verbatim = 0
        self.left = longest
        self.line: list[str] = []
        self.wants_space = False
        self.quote = 0
        self.indents: list[str] = []
        self.bullet = ""

    def prefix(self) -> str:
        if not (self.quote or self.indents or self.bullet):
            return ""
        quote = "> " * min(self.quote, 20)
        if self.bullet:
            quote += "".join(self.indents[:-1][:20]) + self.bullet
            self.bullet = ""
            return quote
        return quote + "".join(self.indents[:20])

    def words(self, text: str) -> None:
        bare = text if _is_even(text) else " " if text == "\n" else _SPACE.sub(" ", text)
        if bare == " " or not bare:
            self.wants_space = self.wants_space or (bool(bare) and bool(self.line))
            return
        if bare[0] == " ":
            bare = bare[1:]
            self.wants_space = bool(self.line)
        if self.wants_space and self.line:
            self.line.append(" ")
        self.wants_space = bare[-1] == " "
        self.line.append(bare[:-1] if self.wants_space else bare)

    def end_line(self, *, force: bool = False) -> None:
        """Finish the line that was begun; with `force` an empty one is kept."""
        if self.line:
            written = self.prefix() + "".join(self.line)
            self.line.clear()
            self.done.lines.append(written)
            self.left -= len(written)
        elif force:
            self.gap()
        self.wants_space = False

    def gap(self) -> None:
        """Leave one empty line, never two; none at the top."""
        lines = self.done.lines
        if not lines:
            return
        empty = ("> " * min(self.quote, 20)).rstrip()
        if lines[-1].strip("> ") or (len(empty) < len(lines[-1].strip()) and lines[-1].strip()):
            lines.append(empty)

    def preformatted(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.line.append(first.rstrip("\r"))
        for line in rest:
            if any(self.line):
                self.end_line()
            else:
                self.line.clear()
                self.done.lines.append(self.prefix().rstrip())
            self.line.append(line.rstrip("\r"))
        if not any(self.line):
            self.line.clear()
        self.left -= len(text) // 8


def _is_hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes or (attributes.get("aria-hidden") == "true" and tag == "span"):
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN.search(style))


def _picture(attributes: dict[str, str | None]) -> str:
    """Return what stands for a picture: its own words, nothing for one that only spies or decorates."""
    if (attributes.get("width") or "").strip("px ") in ("0", "1") or (attributes.get("height") or "").strip("px ") in (
        "0",
        "1",
    ):
        return ""
    alt = (attributes.get("alt") or "").strip()
    return f"[{alt}]" if alt else ""


def _enter(page: _Page, node: LexborNode) -> LexborNode | None:
    """Take in one node; return the first node inside it, if it is to be gone into."""
    tag = node.tag or ""
    if tag == "-text":
        text = node.text_content or ""
        if page.verbatim:
            page.preformatted(_FILLERS.sub("", text))
        else:
            page.words(text)
        return None
    if tag == "br":
        page.end_line(force=not page.line)
        return None
    if tag in _SKIPPED:
        return None
    attributes = node.attributes
    if tag == "img":
        page.words(_picture(attributes))
        return None
    if tag == "hr":
        page.end_line()
        page.line.append("-" * 20)
        page.end_line()
        return None
    if attributes and _is_hidden(tag, attributes):
        return None
    page.opened.append((node, tag, _open(page, tag, attributes)))
    down = node.child
    if down is None:
        _leave(page)
    return down


def _leave(page: _Page) -> LexborNode:
    """Finish the element that was opened last, and return it."""
    node, tag, state = page.opened.pop()
    if isinstance(state, tuple):
        _close_link(page, *state)
        return node
    if tag in _CELLS:
        page.wants_space = True
    if tag not in _BLOCKS:
        return node
    page.end_line()
    if tag == "blockquote":
        page.quote -= 1
    elif tag == "li":
        page.indents.pop()
        page.bullet = ""
    elif tag in _VERBATIM:
        page.verbatim -= 1
    if tag in _PARAGRAPHS and not page.indents:
        page.gap()
    if state is not None and len(page.done.lines) > state:
        page.done.signatures.append((state, len(page.done.lines)))
    return node


def _open(page: _Page, tag: str, attributes: dict[str, str | None]) -> _State:
    if tag == "a":
        return (attributes.get("href") or "", len(page.done.lines), len(page.line))
    if tag in _CELLS:
        page.wants_space = bool(page.line)
    if tag not in _BLOCKS:
        return None
    page.end_line()
    if tag in _PARAGRAPHS and tag not in _QUIET and not page.indents:
        page.gap()
    if tag == "blockquote":
        page.quote += 1
    elif tag == "li":
        page.indents.append("  ")
        page.bullet = "- "
    elif tag in _VERBATIM:
        page.verbatim += 1
    if attributes:
        mark = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if len(mark) > 1 and _SIGNATURE_CLASSES.search(mark):
            return len(page.done.lines)
    return None


def _close_link(page: _Page, href: str, line: int, place: int) -> None:
    """Number a link, unless what it shows is its own address."""
    href = href.strip()
    if not _LINKED.match(href) or len(href) > 5_000:
        return
    here = line == len(page.done.lines)
    shown = "".join(page.line[place:] if here else page.line).strip()
    if not shown and here:
        return
    bare = href.removeprefix("mailto:").partition("?")[0]
    if shown.rstrip("/") in (href.rstrip("/"), bare.rstrip("/"), href.partition("://")[2].rstrip("/")):
        return
    number = page.links.get(href)
    if number is None:
        if len(page.links) >= page.most_links:
            return
        number = page.links[href] = len(page.links) + 1
    page.line.append(f" [{number}]")


def _is_too_deep(markup: str) -> bool:
    """Say whether so many elements stand open at once that the library would need quadratic time."""
    if markup.count("<") < _DEEPEST:
        return False
    depth = 0
    for hit in _TAG.finditer(markup):
        if hit.group(2).lower() in _SELF_CLOSING:
            continue
        depth += -1 if hit.group(1) else 1
        if depth > _DEEPEST:
            return True
        depth = max(depth, 0)
    return False


def _stripped(markup: str, longest: int) -> Rendered:
    """Return hostile HTML as text without its tags."""
    text = clean(unescape(_ANY_TAG.sub("\n", markup)))[:longest]
    return Rendered([line for line in map(clean_line, text.split("\n")) if line])


def render(html: str, *, longest: int = 2_000_000, most_links: int = 2_000) -> Rendered:
    """Return HTML as readable lines; time is linear, however deep the elements stand inside one another.

    Args:
        html: the page, decoded.
        longest: characters read and written; the rest is dropped.
        most_links: links numbered; later ones show as text only.
    """
    markup = html[:longest]
    if _is_too_deep(markup):
        return _stripped(markup, longest)
    tree = LexborHTMLParser(markup)
    page = _Page(longest, most_links)
    root = tree.body or tree.root
    node = _enter(page, root) if root is not None else None
    while node is not None and page.left > 0:
        down = _enter(page, node)
        following = down if down is not None else node.next
        while following is None and page.opened:
            parent = _leave(page)
            # The first that was opened is the root: what stands beside it is no text.
            following = parent.next if page.opened else None
        node = following
    page.end_line()
    lines = page.done.lines
    while lines and not lines[-1].strip():
        lines.pop()
    page.done.lines = clean("\n".join(lines)).split("\n") if lines else []
    page.done.links = [clean_line(link) for link in page.links]
    return page.done
