"""Templates rendered: Liquid with limits, where what has no value is named and asked for, and nothing comes out blank.

Templates come from people and from files. What could take for ever or fill the memory is left out of the language:
partials, tables, counters, dates, arithmetic and the filters that multiply text; the rest is bounded in loops, output,
variables and time. python-liquid is imported with this module, and this module late (half a second).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, wraps
from time import monotonic
from typing import Any, ClassVar, Final, TextIO

from liquid import Environment, RenderContext, Undefined
from liquid import exceptions as liquid
from liquid.builtin.output import Output, OutputNode
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate

from console.library.errors import TemplateTrouble
from console.library.values import FIELDS, ROOTS, is_own
from storage.kinds.clean import clean
from storage.kinds.responses import LONGEST_BODY, HandsOn

LOOPS: Final = 100
LONGEST: Final = 100_000  # bytes that come out, and letters of any value on the way
SECONDS: Final = 1.0

_LONGEST_NAME: Final = 80

_SOME_TAGS: Final = "content output illegal if unless case for break continue assign capture comment #"
_TAGS: Final = frozenset(_SOME_TAGS.split())
_SOME_FILTERS: Final = (
    "append capitalize default downcase first join last lstrip prepend remove remove_first replace_first rstrip size"
    " slice split squish strip truncate truncatewords upcase"
)
_FILTERS: Final = frozenset(_SOME_FILTERS.split())
_MARK: Final = "\ue000{}\ue001"
_MARKED: Final = re.compile("\ue000([0-9]+)\ue001")
_STRAY: Final = re.compile("[\ue000\ue001]")
_QUOTED: Final = re.compile(r"(tag|filter) '([^']*)'")
_PIECE: Final = re.compile(r"\{\{.*?\}\}|\{%-?\s*(if|unless|case|for|capture|assign|elsif)\b.*?%\}", re.DOTALL)
_COMPARED: Final = re.compile(r"([a-z]\w*(?:\.\w+)+)\s*(?:==|!=|<>)\s*(?:'([^']*)'|\"([^\"]*)\")")
_OPENING: Final = re.compile(r"\{\{|\{%")
_MANY_BREAKS: Final = re.compile(r"\n{3,}")
_END_SPACES: Final = re.compile(r"[ \t]+(?=\n|\Z)")


@dataclass(frozen=True, slots=True)
class Missing:
    """A placeholder without a value, to be asked for.

    Attributes:
        name: as the template writes it.
        line, column: where it first stands, counted from 1.
    """

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template gave.

    Attributes:
        text: with ``{{ name }}`` wherever a value is missing.
        missing: what is to be asked for, in the order in which it is met, each once.
        gaps: where in `text` the missing ones stand: (start, end).
    """

    text: str
    missing: tuple[Missing, ...]
    gaps: tuple[tuple[int, int], ...]


class Template:
    """A template that has been read.

    Args:
        source: Liquid.

    Raises:
        TemplateTrouble: it cannot be read, or names a field that there is not.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        with _said_plainly(source):
            if len(source) > LONGEST_BODY:
                raise TemplateTrouble("too_long", 1, 1)
            _must_close(source)
            self._template = _environment().from_string(_STRAY.sub("", source))
            self.names = self._names()

    def _names(self) -> dict[str, tuple[int, int]]:
        """Return what it asks of the outside by name, with the first place of each."""
        found: dict[str, int] = {}
        read = self._template.analyze()
        for word, spans in read.filters.items():
            if word not in _FILTERS:
                nearest = get_close_matches(word, sorted(_FILTERS), 1)
                raise TemplateTrouble("unknown_filter", *place(self.source, spans[0].index), word, *nearest)
        for variables in read.globals.values():
            for variable in variables:
                name = ".".join(part for part in variable.segments if isinstance(part, str))
                found[name] = min(variable.span.index, found.get(name, variable.span.index))
        for name, index in sorted(found.items(), key=lambda one: one[1]):
            if len(name) > _LONGEST_NAME:
                raise TemplateTrouble("too_long", *place(self.source, index))
            if name.partition(".")[0] in ROOTS and name not in FIELDS and not is_own(name):
                nearest = get_close_matches(name, FIELDS, 1)
                raise TemplateTrouble("unknown_field", *place(self.source, index), name, *nearest)
        return {name: place(self.source, index) for name, index in sorted(found.items(), key=lambda one: one[1])}

    def compared(self) -> Iterator[tuple[str, str, tuple[int, int]]]:
        """Yield the names that it compares with words in quotes, each with the word and its place."""
        for found in _COMPARED.finditer(self.source):
            yield found[1], found[2] or found[3] or "", place(self.source, found.start())

    def render(self, values: Mapping[str, str]) -> Rendered:
        """Return what comes out.

        Args:
            values: by field or by any other name that it asks for; what is blank counts as missing.

        Raises:
            TemplateTrouble: it went past a limit or failed.
        """
        with _said_plainly(self.source):
            given = {name: _STRAY.sub("", clean(text)).strip() for name, text in values.items()}
            context = _Context(self._template, {name: text for name, text in given.items() if text})
            buffer = self._template._get_buffer()  # noqa: SLF001 - the one that counts what is written
            self._template.render_with_context(context, buffer)
            return _finished(buffer.getvalue(), context.missing, self.source)


def render(source: str, values: Mapping[str, str]) -> Rendered:
    """Read and render a template; arguments and errors as `Template`'s."""
    return Template(source).render(values)


def handed_on(transfer: HandsOn, values: Mapping[str, str]) -> tuple[HandsOn, tuple[Missing, ...]]:
    """Render what a macro hands on for a customer; return it, and what is to be asked for.

    Raises:
        TemplateTrouble: as `Template`.
    """
    asked, reason = render(transfer.asked, values), render(transfer.reason, values)
    made = replace(transfer, asked=asked.text.strip(), reason=reason.text.strip())
    return made, (*asked.missing, *reason.missing)


def _must_close(source: str) -> None:
    """Refuse what opens and never closes: the engine would look for the end from every beginning anew."""
    at = 0
    while found := _OPENING.search(source, at):
        end = source.find("}}" if found[0] == "{{" else "%}", found.end())
        if end < 0:
            raise TemplateTrouble("unclosed", *place(source, found.start()), found[0])
        at = end + 2


def place(source: str, index: int) -> tuple[int, int]:
    """Return line and column of a letter, counted from 1."""
    before = source[: max(0, index)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class _Absent(Undefined):
    """Something without a value: noted with its name as soon as it is made into text or looked through."""

    __slots__ = ("context",)

    def __init__(self, name: str, *, token: Any, context: "_Context") -> None:
        super().__init__(name, token=token)
        self.context = context

    def __str__(self) -> str:
        return self.context.note(self.name, self.token)

    def __iter__(self) -> Iterator[Any]:
        self.context.note(self.name, self.token)
        return iter(())

    def items(self) -> Any:
        """Note that a loop would have gone through it, and give it nothing."""
        self.context.note(self.name, self.token)
        return {}.items()

    __hash__ = Undefined.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Undefined) or other is None


class _Context(RenderContext):
    """One rendering: looks values up by their whole names, notes what is missing, and ends in time."""

    def __init__(self, template: BoundTemplate, values: Mapping[str, str]) -> None:
        super().__init__(template)
        self._values = values
        self._until = monotonic() + SECONDS
        self.missing: dict[str, Any] = {}

    def hurry(self) -> None:
        """End a rendering that takes too long."""
        if monotonic() > self._until:
            raise liquid.ResourceLimitError("time", token=None)

    def note(self, name: str, token: Any) -> str:
        """Note that `name` has no value, and return the mark that holds its place."""
        self.missing.setdefault(name, token)
        return _MARK.format(list(self.missing).index(name))

    def instead(self, name: str, token: Any) -> str:
        """Return what was given for an expression that comes out blank, or the mark of what is missing."""
        return self._values.get(name) or self.note(name, token)

    def get(self, path: list[object], *, token: Any, default: object = None) -> object:  # noqa: ARG002
        """Return what `path` stands for: a value of ours, a variable of the template, or something absent."""
        self.hurry()
        name = ".".join(part.name if isinstance(part, _Absent) else str(part) for part in path)
        if str(path[0]) not in self.scope:
            return self._values[name] if name in self._values else _Absent(name, token=token, context=self)
        found = super().get(path, token=token, default=_NOTHING)
        return _Absent(name, token=token, context=self) if found is _NOTHING else found


_NOTHING: Final = object()


class _NeverBlank(OutputNode):
    """A placeholder, of which something must be seen."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value, or the mark of what is missing."""
        assert isinstance(context, _Context)
        text = to_liquid_string(self.expression.evaluate(context), autoescape=False)
        if not text.strip():
            text = context.instead(str(self.expression) or "nil", self.token)
        return buffer.write(text)


class _Output(Output):
    node_class = _NeverBlank


class _Limited(Environment):
    """The part of Liquid that templates are written in."""

    block_nesting_limit: ClassVar[int] = 20
    context_depth_limit: ClassVar[int] = 20
    loop_iteration_limit: ClassVar[int | None] = LOOPS
    local_namespace_limit: ClassVar[int | None] = LONGEST
    output_stream_limit: ClassVar[int | None] = LONGEST

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep of the tags and filters those that a response needs, each filter with its bounds."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _TAGS}
        self.add_tag(_Output)
        self.filters = {name: _bounded(function) for name, function in self.filters.items() if name in _FILTERS}


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a filter take and give no more than is sensible."""

    @wraps(function)
    def bounded(value: Any, *arguments: Any, context: RenderContext, **choices: Any) -> Any:
        assert isinstance(context, _Context)
        context.hurry()
        parts = len(value) if isinstance(value, list) else 1
        if sum(map(_length, (value, *arguments))) * (parts if function.__name__ == "join" else 1) > 4 * LONGEST:
            raise liquid.OutputStreamLimitError("a value is too long", token=None)
        return function(value, *arguments, **choices)

    bounded.with_context = True  # type: ignore[attr-defined]
    return bounded


def _length(value: Any) -> int:
    if isinstance(value, str | list):
        return len(value)
    return 20 if not isinstance(value, int) or abs(value) < 10**18 else 4 * LONGEST + 1


@cache
def _environment() -> _Limited:
    return _Limited()


def _finished(written: str, missing: Mapping[str, Any], source: str) -> Rendered:
    """Return text without the holes that conditions leave, and with names where marks stand."""
    tidy = _MANY_BREAKS.sub("\n\n", _END_SPACES.sub("", clean(written))).strip()
    names = list(missing)
    parts: list[str] = []
    gaps: list[tuple[int, int]] = []
    at = length = 0
    for found in _MARKED.finditer(tidy):
        parts.append(_STRAY.sub("", tidy[at : found.start()]))
        length += len(parts[-1])
        number = int(found[1])
        shown = f"{{{{ {names[number]} }}}}" if number < len(names) else ""
        parts.append(shown)
        gaps.append((length, length + len(shown)))
        length += len(shown)
        at = found.end()
    parts.append(_STRAY.sub("", tidy[at:]))
    asked = tuple(Missing(name, *place(source, token.start_index if token else 0)) for name, token in missing.items())
    return Rendered("".join(parts), asked, tuple(gaps))


_KINDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (liquid.LoopIterationLimitError, "too_many_loops"),
    (liquid.OutputStreamLimitError, "too_long"),
    (liquid.LocalNamespaceLimitError, "too_long"),
    (liquid.BlockNestingError, "too_deep"),
    (liquid.ContextDepthError, "too_deep"),
    (liquid.ResourceLimitError, "too_slow"),
    (liquid.UnknownFilterError, "unknown_filter"),
    (liquid.LiquidSyntaxError, "syntax"),
)


@contextmanager
def _said_plainly(source: str) -> Iterator[None]:
    """Turn whatever the engine raises into a sentence with its place; nothing else comes out of it."""
    try:
        yield
    except TemplateTrouble:
        raise
    except liquid.LiquidError as error:
        raise _trouble(error, source) from None
    except RecursionError:
        raise TemplateTrouble("too_deep", 1, 1) from None
    except Exception as error:  # noqa: BLE001 - a template must never bring more down than itself
        raise TemplateTrouble("failed", 1, 1, f"{type(error).__name__}: {error}") from None


def _trouble(error: liquid.LiquidError, source: str) -> TemplateTrouble:
    kind = next((word for sort, word in _KINDS if isinstance(error, sort)), "failed")
    said = str(error.args[0]) if error.args else type(error).__name__
    index = error.token.start_index if error.token is not None else -1
    quoted = _QUOTED.search(said)
    if isinstance(error.__cause__, RecursionError):
        kind = "too_deep"
    elif kind == "syntax" and ("never closed" in said or "found end of" in said) and (index < 0 or "{%" in source):
        kind = "unclosed" if "expected tag" in said or "never closed" in said else kind
    elif kind == "syntax" and quoted and quoted[1] == "tag" and said.startswith("unexpected"):
        kind, said = "unknown_tag", quoted[2]
    elif kind == "unknown_filter" and quoted:
        said = quoted[2]
    if index < 0:
        index = len(source.rstrip()) if kind == "unclosed" else _first_that_fails(source)
    return TemplateTrouble(kind, *place(source, index), said)


def _first_that_fails(source: str) -> int:
    """Return where the first placeholder or tag stands that cannot be read alone: the engine did not say."""
    for found in _PIECE.finditer(source):
        block = found[1] if found[1] not in {None, "assign", "elsif"} else ""
        alone = found[0] + (f"{{% end{block} %}}" if block else "")
        if found[1] == "elsif":
            alone = f"{{% if true %}}{found[0]}{{% endif %}}"
        try:
            _environment().from_string(alone)
        except Exception:  # noqa: BLE001 - which one it is tells the caller's error already
            return found.start()
    return 0
