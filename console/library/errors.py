"""What can be wrong with a template or a file of responses, as a sentence with its place."""

from console.config.errors import ConsoleError
from storage.kinds.clean import clean_line
from widgets.language import _

_LONGEST = 120  # letters of what the template engine said


class TemplateTrouble(ConsoleError):
    """A template that cannot be read, or stopped while it was rendered.

    Attributes:
        kind: ``syntax``, ``unknown_tag``, ``unknown_filter``, ``unknown_field``, ``unclosed``, ``too_deep``,
            ``too_many_loops``, ``too_long``, ``too_slow``, or ``failed``.
        line, column: where, counted from 1.
        word: the tag, filter or field, or what the engine said.
        nearest: the known word closest to it; empty when none is close.
    """

    def __init__(self, kind: str, line: int, column: int, word: str = "", nearest: str = "") -> None:
        super().__init__(kind, line, column, word, nearest)
        self.kind = kind
        self.line = line
        self.column = column
        self.word = clean_line(word)[:_LONGEST]
        self.nearest = nearest

    @property
    def words(self) -> str:
        """What is the matter, without the place."""
        words = {
            "unknown_tag": _("there is no tag {word} here."),
            "unknown_filter": _("there is no filter {word}."),
            "unknown_field": _("there is no field {word}."),
            "unclosed": _("this is not closed ({word})."),
            "too_deep": _("blocks are nested too deep."),
            "too_many_loops": _("this goes round too often: at most 100 times."),
            "too_long": _("what comes out is too long."),
            "too_slow": _("this takes too long."),
            "failed": _("this fails ({word})."),
        }.get(self.kind, _("this cannot be read ({word}).")).format(word=self.word)
        return _("{words} Did you mean {nearest}?").format(words=words, nearest=self.nearest) if self.nearest else words

    def __str__(self) -> str:
        """Give line, column, and what is the matter."""
        return _("Line {line}, column {column}: {words}").format(line=self.line, column=self.column, words=self.words)


class FileTrouble(ConsoleError):
    """A file of responses that cannot be used; nothing was taken in.

    Attributes:
        place: the file, with row and column of a table, or line and column of a text.
        words: what is the matter, as a sentence.
    """

    def __init__(self, place: str, words: str) -> None:
        super().__init__(place, words)
        self.place = clean_line(place)
        self.words = words

    def __str__(self) -> str:
        """Name the place, and say that nothing was taken in."""
        return f"{self.place}: {self.words}"
