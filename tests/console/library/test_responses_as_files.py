"""Responses as files: out and in byte for byte, what is wrong named with its place, tables by row and column."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.library.checking import problems
from console.library.errors import FileTrouble
from console.library.files import ATTACHMENTS, file_name, parsed, read, write, written
from console.library.starter import STARTER
from console.mail.acknowledging.faults import blanks
from storage.kinds import Status, Tier
from storage.kinds.clean import clean, clean_line
from storage.kinds.responses import (
    Actions,
    Attached,
    Canned,
    HandsOn,
    ResponseView,
    read_actions,
    written_actions,
)

CANNED = Canned(
    "refund",
    "pt_BR",
    "Estorno: sim, «já»",
    "Olá!\n\n---\n  {{ promised.date }}\n\nFim",
    tags=("no", "12", "a: b"),
    actions=Actions(Status.WAITING, "me", ("money",), ("new",), "3d"),
)
VIEW = ResponseView(7, CANNED, "", shared=True)


def test_out_and_in_again_is_the_same_and_out_again_the_same_bytes(tmp_path: Path) -> None:
    raw = b"%PDF-1.4"
    digest = "e5a4" + "0" * 60
    views = [
        replace(VIEW, canned=replace(CANNED, attachments=(Attached("guia é.pdf", digest, len(raw)),))),
        ResponseView(8, replace(CANNED, language="en", actions=Actions(), tags=()), "Ana Maria", shared=False),
    ]
    changed = write(tmp_path, views, {digest: raw})
    assert [one.relative_to(tmp_path).as_posix() for one in changed] == [
        "refund.pt_BR.md",
        "attachments/guia é.pdf",
        "Ana-Maria/refund.en.md",
    ]
    again = {one.entry.owner: one for one in read([tmp_path])}
    assert again["Ana Maria"].entry.canned == views[1].canned
    (kept,) = again[""].entry.canned.attachments
    assert again[""].contents == {bytes.fromhex(kept.digest): raw}
    assert replace(again[""].entry.canned, attachments=()) == CANNED
    same = [replace(views[0], canned=again[""].entry.canned), views[1]]
    assert write(tmp_path, same, {kept.digest: raw}) == []


LINE = st.text(max_size=60).map(clean_line).filter(bool)


@settings(max_examples=200, deadline=None)
@given(
    LINE, st.text(max_size=200).map(lambda text: clean(text).replace("{", "").strip("\n")), st.lists(LINE, max_size=3)
)
def test_any_words_come_back_as_they_were(title: str, body: str, tags: list[str]) -> None:
    tags = list(dict.fromkeys(clean_line(tag.lower()) for tag in tags))
    canned = replace(CANNED, title=title, body=body if body.strip() else "x", tags=tuple(tags))
    said = written(replace(VIEW, canned=canned))
    assert parsed(said, "x").entry.canned == canned


GOOD = written(VIEW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no front matter", "front matter"),
        ("---\nshortcode: a", "front matter"),
        (GOOD.replace("title:", "titel:"), "x:3: titel is not known here"),
        (GOOD.replace("title:", "titel:"), "Did you mean title?"),
        (GOOD.replace("shortcode: refund", "shortcode: Não"), "x:2: A shortcode"),
        (GOOD.replace("language: pt_BR", "language: Português"), "x:4: A language"),
        (GOOD.replace("title: ", "title: ["), "x:4:1: the front matter cannot be read"),
        (GOOD.replace("title: ", "title: [a]\n#"), "x:3: one value"),
        (GOOD.replace("status: waiting", "status: spam"), "can open, resolve"),
        (GOOD.replace("status: waiting", "colour: red"), "colour is not known here"),
        (GOOD.replace("snooze: 3d", "snooze: never"), "4h, 3d or 2w"),
        (GOOD.replace("{{ promised.date }}", "{{ customer.nmae }}"), "x:21:6: there is no field customer.nmae"),
        (GOOD.replace("owner: team", "attachments: [../etc/passwd]"), "no name of a file"),
        (GOOD.replace("owner: team", "attachments: [none.pdf]"), "no name of a file"),
        ("---\nshortcode: &a [*a]\n---\nx", "x:2"),
        ("---\n" + "- " * 3000 + "\n---\nx", "x:"),
        ("---\n\x07: \x00\n---\nx", "x:"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(FileTrouble) as caught:
        parsed(text, "x")
    assert said in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_no_front_matter_brings_anything_else_down(front: str) -> None:
    for text in (front, f"---\n{front}\n---\nbody", f"---\nshortcode: {front}\ntitle: x\nlanguage: en\n---\nbody"):
        with suppress(FileTrouble):
            parsed(text.replace("\r", ""), "x")


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "responses.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_table_gives_a_response_a_row(tmp_path: Path) -> None:
    head = "shortcode;title;language;body;tags;status;put_tags"
    path = table(
        tmp_path, f'\ufeff{head}\r\nack;Aviso;es;"Hola\n\nFin";a b;waiting;x, -y\r\n\r\nbye;Adiós;es;Fin;;;\r\n'
    )
    first, second = (one.entry.canned for one in read([path]))
    assert first == Canned(
        "ack", "es", "Aviso", "Hola\n\nFin", ("a", "b"), (), Actions(Status.WAITING, "", ("x",), ("y",))
    )
    assert (second.shortcode, second.actions) == ("bye", Actions())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shortcode,title,language\na,b,es\n", "row 1, column body: this column is missing"),
        ("shortcode,title,language,body,colour\n", "row 1, column colour"),
        ("shortcode,title,language,body\na,b,es,x\nÇ,b,es,x\n", "row 3, column shortcode"),
        ("shortcode,title,language,body\na,b,spanish,x\n", "row 2, column language"),
        ("shortcode,title,language,body\na,b,es,\n", "row 2, column body"),
        ("shortcode,title,language,body\na,b,es,{{ x\n", "row 2, column body:1:1"),
        ("shortcode,title,language,body\na,b,es,x,more\n", "row 2, column 5"),
        ("shortcode,title,language,body\na,b,es,x\na,c,es,y\n", "gives this response already"),
        ('shortcode,title,language,body\na,b,es,"x\n', "is no table"),
        ("", "row"),
    ],
)
def test_what_is_wrong_in_a_table_is_named_by_row_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileTrouble) as caught:
        read([table(tmp_path, text)])
    assert said in str(caught.value) or said == "row"


def test_files_that_are_none_are_said(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="no such file"):
        read([tmp_path / "nowhere"])
    with pytest.raises(FileTrouble, match="UTF-8"):
        read([table(tmp_path, "shortcode,ã\n", "latin-1")])
    with pytest.raises(FileTrouble, match=r"none\.pdf is not there"):
        (tmp_path / "a.md").write_text(GOOD.replace("owner: team", "attachments: [none.pdf]"))
        read([tmp_path / "a.md"])
    assert (tmp_path / ATTACHMENTS).exists() is False


def test_the_starter_library_is_whole_in_three_languages_and_passes_the_check() -> None:
    found = read([STARTER])
    by_language: dict[str, dict[str, Canned]] = {}
    for one in found:
        by_language.setdefault(one.entry.canned.language, {})[one.entry.canned.shortcode] = one.entry.canned
        view = ResponseView(0, one.entry.canned, "", shared=True)
        assert Path(one.source).name == file_name(view)
        assert Path(one.source).read_text(encoding="utf-8") == written(view)
    assert set(by_language) == {"pt_BR", "es", "en"}
    assert all(len(some) == 32 for some in by_language.values())
    assert by_language["pt_BR"].keys() == by_language["es"].keys() == by_language["en"].keys()
    for code, canned in by_language["en"].items():
        does = [deeds(by_language[language][code]) for language in by_language]
        assert does[0] == does[1] == does[2] == deeds(canned)
    assert [code for code, one in by_language["en"].items() if one.actions.transfer] == ["escalated"]
    handed = [one.entry.canned.actions.transfer.asked for one in found if one.entry.canned.actions.transfer]
    assert len(set(handed)) == 3, "what is asked is said in the language of the response"
    every = [*((one.source, one.entry.canned.body) for one in found), *(("asked", text) for text in handed)]
    assert [(source, problem) for source, text in every for problem in problems(text)] == []


def deeds(canned: Canned) -> dict:
    """What a macro does, without the words of what it hands on."""
    said = written_actions(canned.actions)
    return {**said, "transfer": {**said.get("transfer", {}), "asked": ""}}


HANDS_ON = HandsOn(Tier.N3, "Why {{ order }}?\n\n- its log: 'raw'", "no rights", "anybody", "Payments")


def test_a_macro_that_hands_on_goes_through_a_file_byte_for_byte() -> None:
    view = ResponseView(1, replace(CANNED, attachments=(), actions=Actions(transfer=HANDS_ON)), "", shared=True)
    text = written(view)
    again = parsed(text, "x.md").entry.canned
    assert again.actions == view.canned.actions
    assert written(replace(view, canned=again)) == text
    assert read_actions(written_actions(again.actions)) == again.actions


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("to: n4\n    asked: x", "n4 is not known here"),
        ("to: n3", "says to which tier and what is asked"),
        ("to: n3\n    asked: x\n    wen: y", "wen is not known here"),
        ("to: n3\n    asked: '{{ oops'", "x.md:"),
        ("to: n3\n    asked: x\n  status: resolved", "stays open"),
        ("to: n3\n    asked: x\n  snooze: 3d", "stays open"),
    ],
)
def test_a_transfer_that_cannot_be_is_named_in_its_file(said: str, words: str) -> None:
    text = f"---\nshortcode: up\ntitle: Up\nlanguage: en\nactions:\n  transfer:\n    {said}\n---\nHello.\n"
    with pytest.raises(FileTrouble) as trouble:
        parsed(text, "x.md")
    assert words in str(trouble.value)


def test_what_answers_mail_by_itself_is_in_the_starter_library_and_needs_nobody() -> None:
    entries = [one.entry.canned for one in read([STARTER])]
    for shortcode in ("received", "closed-now"):
        bodies = [one.body for one in entries if one.shortcode == shortcode]
        assert len(bodies) == 3
        assert [blanks(body) for body in bodies] == [None] * 3
    assert blanks(next(one.body for one in entries if one.shortcode == "ack"))  # an agent's own word
