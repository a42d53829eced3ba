"""HTML mail becomes readable text: links numbered, quotes marked, what is hidden or spies left out."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from storage.kinds.clean import clean

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
        "hr",
        "caption",
        "listing",
        "xmp",
        "o:p",
    ]
) - {"o:p"}
_PARAGRAPHS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote", "listing", "xmp"]
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$|!)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|$|!)|opacity\s*:\s*0\s*(?:;|$|!)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\n\r\f\u00a0\u200b\u200c\u00ad\u034f\ufeff]+")
_FILLERS = re.compile("[\u200b\u200c\u00ad\u034f\ufeff]")
_LINKED = re.compile(r"(?:https?|ftp|mailto|tel):", re.IGNORECASE)
_QUOTE_CLASSES = re.compile(
    r"\b(?:gmail_quote|gmail_extra_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra"
    r"|divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-intro)\b"
)
_SIGNATURE_CLASSES = re.compile(
    r"\b(?:x_)?(?:gmail_signature|moz-signature|protonmail_signature_block|ms-outlook-mobile-signature"
    r"|ms-outlook-ios-signature|Signature|zm_signature)\b"
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


class _Page:
    """The text as it grows, one line at a time."""

    def __init__(self, longest: int) -> None:
        self.done = Rendered()
        self.left = longest
        self.line: list[str] = []
        self.wants_space = False
        self.quote = 0
        self.indents: list[str] = []
        self.bullet = ""

    def prefix(self) -> str:
        quote = "> " * min(self.quote, 20)
        if self.bullet:
            quote += "".join(self.indents[:-1][:20]) + self.bullet
            self.bullet = ""
            return quote
        return quote + "".join(self.indents[:20])

    def words(self, text: str) -> None:
        bare = _SPACE.sub(" ", text)
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


def render(html: str, *, longest: int = 2_000_000, most_links: int = 2_000) -> Rendered:
    """Return HTML as readable lines; time is linear, however deep the elements stand inside one another.

    Args:
        html: the page, decoded.
        longest: characters read and written; the rest is dropped.
        most_links: links numbered; later ones show as text only.
    """
    tree = LexborHTMLParser(html[:longest])
    root = tree.body or tree.root
    page = _Page(longest)
    if root is None:
        return page.done
    links: dict[str, int] = {}
    opened: list[tuple[object, str, object]] = []
    node = root
    preformatted = 0
    while node is not None and page.left > 0:
        tag = node.tag
        down = None
        if tag == "-text":
            text = node.text_content or ""
            if preformatted:
                page.preformatted(_FILLERS.sub("", text))
            else:
                page.words(text)
        elif tag == "br":
            page.end_line(force=not page.line)
        elif tag == "img":
            alt = _picture(node.attributes)
            if alt:
                page.words(alt)
        elif tag == "hr":
            page.end_line()
            page.line.append("-" * 20)
            page.end_line()
        elif tag not in _SKIPPED:
            attributes = node.attributes
            if not attributes or not _is_hidden(tag, attributes):
                down = node.child
                state = _open(page, tag, attributes, links)
                if tag in ("pre", "listing", "xmp"):
                    preformatted += 1
                if down is None:
                    _close(page, tag, state, links, most_links)
                    if tag in ("pre", "listing", "xmp"):
                        preformatted -= 1
                else:
                    opened.append((node, tag, state))
        if down is not None:
            node = down
            continue
        following = None if node == root else node.next
        while following is None and opened:
            parent, tag, state = opened.pop()
            _close(page, tag, state, links, most_links)
            if tag in ("pre", "listing", "xmp"):
                preformatted -= 1
            if parent == root:
                break
            following = parent.next  # type: ignore[attr-defined]
        if not opened and following is None:
            break
        node = following
    page.end_line()
    lines = page.done.lines
    while lines and not lines[-1].strip():
        lines.pop()
    page.done.lines = clean("\n".join(lines)).split("\n") if lines else []
    page.done.links = [clean(link) for link in links]
    return page.done


def _open(page: _Page, tag: str, attributes: dict[str, str | None], links: dict[str, int]) -> object:
    if tag == "a":
        return (attributes.get("href") or "", len(page.done.lines), len(page.line))
    if tag not in _BLOCKS:
        if tag in ("td", "th"):
            page.wants_space = bool(page.line)
        return None
    page.end_line()
    if tag in _PARAGRAPHS and tag != "p":
        page.gap() if not page.indents and tag not in ("table", "pre") else None
    if tag == "blockquote":
        page.quote += 1
    elif tag == "li":
        page.indents.append("  ")
        page.bullet = "- "
    state = None
    mark = (attributes.get("class") or "") + " " + (attributes.get("id") or "") if attributes else ""
    if len(mark) > 1 and _SIGNATURE_CLASSES.search(mark):
        state = len(page.done.lines)
    return state


def _close(page: _Page, tag: str, state: object, links: dict[str, int], most_links: int) -> None:
    if tag == "a":
        href, line, place = state  # type: ignore[misc]
        href = href.strip()
        if not _LINKED.match(href) or len(href) > 5_000:
            return
        shown = "".join(page.line[place:] if line == len(page.done.lines) else page.line).strip()
        bare = href.removeprefix("mailto:").partition("?")[0]
        if not shown and line == len(page.done.lines):
            return
        if shown.rstrip("/") in (href.rstrip("/"), bare.rstrip("/"), href.partition("://")[2].rstrip("/")):
            return
        number = links.get(href)
        if number is None:
            if len(links) >= most_links:
                return
            number = links[href] = len(links) + 1
        page.line.append(f" [{number}]")
        return
    if tag not in _BLOCKS:
        if tag in ("td", "th"):
            page.wants_space = True
        return
    page.end_line()
    if tag == "blockquote":
        page.quote -= 1
    elif tag == "li":
        page.indents.pop()
        page.bullet = ""
    if tag in _PARAGRAPHS and not page.indents:
        page.gap()
    if isinstance(state, int) and len(page.done.lines) > state:
        page.done.signatures.append((state, len(page.done.lines)))
