"""Each language says everything, keeps what is no word, and fits where it stands."""

import ast
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from rich.cells import cell_len

from console.screens.handing import FIELDS, field_words
from storage.kinds import Status, Tier
from storage.kinds.errors import Refused
from storage.views import QueueRow
from widgets import language, text
from widgets.moments import month_words, now_words
from widgets.urgency import clock_words
from widgets.when import NoMoment, read_moment

ROOT = Path(__file__).parent.parent.parent
LANGUAGES = ("es", "pt_BR")
FLOORS = ("console", "widgets")
STATE_CELLS = 8  # the queue's clock column, and the state's column of `plantao list`
REMEDY = (
    "run `make words` (.venv/bin/python build_locale.py --extract), then translate what is empty in each plantao.po"
)

# What a person types or looks up as it stands: commands, options, variables, tables of the configuration.
_AS_IT_STANDS = re.compile(
    r"`[^`]+`|--[a-z][a-z-]+|\b[A-Z]+_[A-Z]+\b|\[\[\w+\]\]"
    r"|\b(?:is|tier|owner|from|to|tag|channel|mailbox|kind|priority|has|before|after|sort):"
    r"|\bplantao (?:account (?:add|check|list|remove)|demo|doctor|import|list|show|sync)\b"
)


def _build() -> ModuleType:
    spec = spec_from_file_location("build_locale", ROOT / "build_locale.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = _build()
"""The build's own reading and gathering, so that tests and wheel agree."""


def po(root: Path, name: str) -> Path:
    return root / "widgets" / "locale" / name / "LC_MESSAGES" / "plantao.po"


def catalog_of(name: str, root: Path = ROOT) -> Catalog:
    catalog = BUILD._read(po(root, name))
    assert isinstance(catalog, Catalog)
    return catalog


def said(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield each original with each of its translations; a plural's forms stand beside the original's last form."""
    for message in said(catalog):
        original = message.id if isinstance(message.id, str) else message.id[-1]
        yield from ((original, form) for form in forms_of(message))


def originals(catalog: Catalog) -> set[tuple[str, ...]]:
    return {(message.id,) if isinstance(message.id, str) else tuple(message.id) for message in said(catalog)}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's words as the wheel carries them, compiled just now: those beside the source may be old."""
    root = tmp_path_factory.mktemp("words")
    shutil.copytree(ROOT / "widgets" / "locale", root / "widgets" / "locale", ignore=shutil.ignore_patterns("*.mo"))
    BUILD.compile_all(root)
    return root / "widgets" / "locale"


@pytest.fixture
def speak(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Choose a language until the test ends."""
    monkeypatch.setattr(language, "_FOLDER", compiled)
    monkeypatch.setattr(language, "_chosen", language._chosen)  # what was spoken before is spoken again
    return language.choose_language


@pytest.mark.parametrize("name", LANGUAGES)
def test_everything_is_translated_and_nothing_is_guessed(name: str) -> None:
    catalog = catalog_of(name)
    empty = [message.id for message in said(catalog) if not all(forms_of(message))]
    fuzzy = [message.id for message in said(catalog) if message.fuzzy]
    assert not empty, f"{REMEDY}: {empty}"
    assert not fuzzy
    assert not catalog.fuzzy
    assert len(said(catalog)) > 400


@pytest.mark.parametrize("name", LANGUAGES)
def test_both_forms_of_a_plural_are_there(name: str) -> None:
    plurals = [message for message in said(catalog_of(name)) if not isinstance(message.id, str)]
    assert plurals
    assert {len(forms_of(message)) for message in plurals} == {2}


@pytest.mark.parametrize("name", LANGUAGES)
def test_placeholders_are_the_same(name: str) -> None:
    catalog = catalog_of(name)
    assert BUILD.faults_of(catalog) == []
    placeholder = re.compile(r"\{[^{}]*\}")
    wrong = {
        original: translation
        for original, translation in pairs(catalog)
        if Counter(placeholder.findall(original)) != Counter(placeholder.findall(translation))
    }
    assert wrong == {}


@pytest.mark.parametrize("name", LANGUAGES)
def test_blanks_at_the_ends_and_lines_are_the_same(name: str) -> None:
    def frame(words: str) -> tuple[str, str, int]:
        bare = words.strip()
        return words[: words.index(bare)], words[words.index(bare) + len(bare) :], words.count("\n")

    assert {each: said_so for each, said_so in pairs(catalog_of(name)) if frame(each) != frame(said_so)} == {}


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_is_typed_as_it_stands_is_not_translated(name: str) -> None:
    seen = Counter[str]()
    wrong = {}
    for original, translation in pairs(catalog_of(name)):
        expected = Counter(_AS_IT_STANDS.findall(original))
        seen += expected
        if lost := expected - Counter(_AS_IT_STANDS.findall(translation)):
            wrong[original] = sorted(lost)
    assert wrong == {}
    assert {"`plantao account add`", "--store", "PLANTAO_HOME", "[[account]]", "is:", "plantao sync"} <= set(seen)


def test_the_words_are_those_of_the_code(tmp_path: Path) -> None:
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    BUILD.extract(tmp_path)
    for name in LANGUAGES:
        now, kept = originals(catalog_of(name, tmp_path)), originals(catalog_of(name))
        assert kept == now, f"{REMEDY}. New: {sorted(now - kept)}. Said no more: {sorted(kept - now)}"


def test_every_language_compiles_and_loads(compiled: Path, speak: Callable[[str], str]) -> None:
    assert {path.parent.parent.name for path in compiled.rglob("plantao.mo")} == set(LANGUAGES)
    assert [speak(name) for name in (*LANGUAGES, "en")] == ["es", "pt_BR", "en"]


def test_the_chosen_language_changes_the_words(speak: Callable[[str], str]) -> None:
    words = {}
    for name in ("en", "pt_BR", "es"):
        speak(name)
        words[name] = (text.status_words(Status.NEW), text.refusal_words(Refused("past")))
        assert text.tier_words(Tier.N2) == "N2"
    assert words == {
        "en": ("new", "That moment has passed."),
        "pt_BR": ("nova", "Esse momento já passou."),
        "es": ("nueva", "Ese momento ya pasó."),
    }


@pytest.mark.parametrize(
    ("name", "forms"),
    [("pt_BR", ["0 mensagem", "1 mensagem", "2 mensagens"]), ("es", ["0 mensajes", "1 mensaje", "2 mensajes"])],
)
def test_a_number_chooses_the_form(name: str, forms: list[str], speak: Callable[[str], str]) -> None:
    speak(name)
    counted = [
        language.ngettext("{count} message", "{count} messages", count).format(count=count) for count in range(3)
    ]
    assert counted == forms


@pytest.mark.parametrize("name", ["en", *LANGUAGES])
def test_states_fit_their_column_and_differ(
    name: str, speak: Callable[[str], str], make_row: Callable[..., QueueRow], now: datetime
) -> None:
    speak(name)
    states = [text.status_words(status) for status in Status]
    still = [clock_words(make_row(status=status), now)[0] for status in set(Status) - {Status.NEW, Status.OPEN}]
    still.append(clock_words(make_row(snoozed_until=now + timedelta(hours=1)), now)[0])
    assert len(set(states)) == len(states)
    assert len(set(still)) == len(still)
    assert {word: cell_len(word) for word in (*states, *still) if cell_len(word) > STATE_CELLS} == {}


@pytest.mark.parametrize("name", ["en", *LANGUAGES])
def test_weekdays_months_and_you_have_the_room_they_need(name: str, speak: Callable[[str], str], now: datetime) -> None:
    speak(name)
    days = {now_words(now + timedelta(days=day))[:-6] for day in range(7)}
    months = {month_words(datetime(2026, month, 1, tzinfo=now.tzinfo)) for month in range(1, 13)}
    assert (len(days), len(months)) == (7, 12)
    assert {cell_len(word) for word in days | months} == {3}
    assert cell_len(language._("you")) <= 5  # the queue's narrowest owner column


def hidden_words() -> Iterator[str]:
    """Yield what is translated inside an f-string, where the gathering does not look."""
    for path in (found for floor in FLOORS for found in sorted((ROOT / floor).rglob("*.py"))):
        for string in (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.JoinedStr)):
            calls = (node for node in ast.walk(string) if isinstance(node, ast.Call))
            for call in calls:
                match call:
                    case ast.Call(func=ast.Name("_" | "ngettext"), args=[ast.Constant(str(words)), *_rest]):
                        yield words


@pytest.mark.parametrize("name", LANGUAGES)
def test_no_word_hides_in_an_f_string(name: str) -> None:
    known = {original for each in originals(catalog_of(name)) for original in each}
    hidden = sorted(set(hidden_words()) - known)
    assert hidden == [], "never translated: take the call out of the f-string"


@pytest.mark.parametrize("name", LANGUAGES)
def test_no_two_fields_of_a_handoff_are_called_the_same(name: str, speak: Callable[[str], str]) -> None:
    speak(name)
    words = [field_words(one) for one in FIELDS]
    assert len(set(words)) == len(words), words


@pytest.mark.parametrize("name", ["en", *LANGUAGES])
@pytest.mark.parametrize("said", ["monday mornings", "um dia destes, quando der, depois das festas"])
def test_what_is_no_moment_is_said_whole_in_80_columns(name: str, said: str, speak: Callable[[str], str]) -> None:
    speak(name)
    with pytest.raises(NoMoment) as refused:
        read_moment(said, now=datetime(2026, 11, 25, 14, 30))  # noqa: DTZ001 - only its words are looked at
    assert cell_len(str(refused.value)) <= 78
    assert cell_len(refused.value.beside) <= 40, "beside the line where it was written"
