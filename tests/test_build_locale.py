"""Translations: what is gathered from the code, what is merged, and what stops the build."""

import gettext
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
CODE = '''
"""A module that speaks."""
greeting = _("Hello {name}")
counted = ngettext("{count} conversation", "{count} conversations", 2)
unsaid = plain("not for a person")
'''


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = spec_from_file_location("build_locale", ROOT / "build_locale.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two speaking floors with one module, and the languages of the product without their words."""
    for floor in ("console", "widgets"):
        (tmp_path / floor).mkdir()
    (tmp_path / "console" / "speech.py").write_text(CODE, encoding="utf-8")
    for language, form in (("pt_BR", "n > 1"), ("es", "n != 1")):
        source = tmp_path / "widgets" / "locale" / language / "LC_MESSAGES" / "plantao.po"
        source.parent.mkdir(parents=True)
        source.write_text(
            f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Plural-Forms: nplurals=2; plural=({form});\\n"\n'
            '"Content-Type: text/plain; charset=utf-8\\n"\n',
            encoding="utf-8",
        )
    return tmp_path


def spanish(tree: Path) -> Path:
    return tree / "widgets" / "locale" / "es" / "LC_MESSAGES" / "plantao.po"


def translate(tree: Path, original: str, translation: str) -> None:
    text = spanish(tree).read_text(encoding="utf-8")
    assert original in text
    spanish(tree).write_text(text.replace(original, translation), encoding="utf-8")


def test_what_a_person_reads_is_gathered_and_nothing_else(build: ModuleType, tree: Path) -> None:
    template = build.extract(tree).read_text(encoding="utf-8")
    assert 'msgid "Hello {name}"' in template
    assert 'msgid_plural "{count} conversations"' in template
    assert "#: console/speech.py" in template
    assert "not for a person" not in template


def test_gathering_keeps_translations_and_drops_what_is_said_no_more(build: ModuleType, tree: Path) -> None:
    build.extract(tree)
    translate(tree, 'msgid "Hello {name}"\nmsgstr ""', 'msgid "Hello {name}"\nmsgstr "Hola {name}"')
    (tree / "console" / "speech.py").write_text('greeting = _("Hello {name}")\n', encoding="utf-8")
    build.extract(tree)
    text = spanish(tree).read_text(encoding="utf-8")
    assert 'msgstr "Hola {name}"' in text
    assert "conversation" not in text


def test_gathering_twice_changes_nothing(build: ModuleType, tree: Path) -> None:
    build.extract(tree)
    before = {path: path.read_bytes() for path in tree.rglob("*.po*")}
    build.extract(tree)
    assert {path: path.read_bytes() for path in tree.rglob("*.po*")} == before


def test_compiled_words_are_found_by_gettext_with_their_plurals(build: ModuleType, tree: Path) -> None:
    build.extract(tree)
    translate(tree, 'msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "una conversación"\nmsgstr[1] "{count} conversaciones"')
    assert len(build.compile_all(tree)) == 2
    found = gettext.translation("plantao", tree / "widgets" / "locale", ["es"])
    forms = [found.ngettext("{count} conversation", "{count} conversations", count) for count in (0, 1, 2)]
    assert forms == ["{count} conversaciones", "una conversación", "{count} conversaciones"]


@pytest.mark.parametrize("wrong", ["Hola {nombre}", "Hola"])
def test_a_placeholder_that_is_lost_or_strange_stops_the_build(build: ModuleType, tree: Path, wrong: str) -> None:
    build.extract(tree)
    translate(tree, 'msgid "Hello {name}"\nmsgstr ""', f'msgid "Hello {{name}}"\nmsgstr "{wrong}"')
    with pytest.raises(SystemExit, match="Hello"):
        build.compile_all(tree)


def test_the_product_s_own_words_build(build: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "widgets" / "locale", tmp_path / "widgets" / "locale")
    assert [path.parent.parent.name for path in build.compile_all(tmp_path)] == ["es", "pt_BR"]


@pytest.mark.parametrize(("language", "forms"), [("pt_BR", [0, 0, 1]), ("es", [1, 0, 1])])
def test_each_language_has_its_own_plural(build: ModuleType, tmp_path: Path, language: str, forms: list[int]) -> None:
    shutil.copytree(ROOT / "widgets" / "locale", tmp_path / "widgets" / "locale")
    build.compile_all(tmp_path)
    found = gettext.translation("plantao", tmp_path / "widgets" / "locale", [language])
    assert isinstance(found, gettext.GNUTranslations)
    assert [found.plural(count) for count in (0, 1, 2)] == forms  # type: ignore[attr-defined]
