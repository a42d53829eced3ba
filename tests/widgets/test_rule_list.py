"""The rules in rows: what gives way when it is narrow, names that would act, and words for what is wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len
from textual.app import App

from storage.kinds.filing import Conditions, Deeds
from storage.kinds.mail import Correspondent
from storage.rules.rule_line import Wrong
from storage.views import Met, RuleView, Tried
from widgets.look import Look
from widgets.rule_list import MetRows, RuleList
from widgets.rules import condition_words, deed_words, rule_trouble_words, tried_words

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)
EVIL = "x\x1b]0;y\x07\u202efdp"


def rule(number: int, name: str = "Boletins", **given) -> RuleView:
    conditions = given.pop("conditions", Conditions(sender="@letters.example"))
    deeds = given.pop("deeds", Deeds(("news",), 1))
    return RuleView(number, name, conditions, deeds, given.pop("assignee", "Ana"), NOW - timedelta(days=3), None)


class List(App[None]):
    def compose(self):
        yield RuleList(Look("dark"))
        yield MetRows(Look("dark"))

    def rows(self) -> list[str]:
        rules = self.query_one(RuleList)
        return [rules.render_line(y).text for y in range(rules.size.height)]


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
async def test_name_conditions_and_deeds_stand_in_their_columns_at_any_width(width):
    app = List()
    async with app.run_test(size=(width, 6)):
        app.query_one(RuleList).show([rule(1), rule(2, "漢字" * 20, conditions=Conditions(subject="é" * 300))], NOW)
        rows = app.rows()
        assert {cell_len(row) for row in rows} == {width}
        assert rows[0].startswith("▌Boletin")
        assert ("+news, assigned to Ana" in rows[0]) == (width >= 80)
        assert ("Fri 09:32" in rows[0]) == (width >= 120)


async def test_the_cursor_stays_on_its_rule_when_others_come_and_go():
    app = List()
    async with app.run_test(size=(80, 5)):
        rules = app.query_one(RuleList)
        rules.show([rule(number, f"R{number}") for number in range(1, 10)], NOW)
        rules.move(6)
        assert rules.chosen.name == "R7"
        assert any(row.startswith("▌R7") for row in app.rows())
        rules.show([rule(number, f"R{number}") for number in range(4, 10)], NOW)
        assert rules.chosen.name == "R7"
        rules.show([rule(1)], NOW)
        assert rules.chosen.rule_id == 1
        rules.show([], NOW)
        assert rules.chosen is None
        rules.move(1)


async def test_names_and_mail_that_would_act_are_text():
    app = List()
    async with app.run_test(size=(80, 6)):
        app.query_one(RuleList).show([rule(1, EVIL, conditions=Conditions(subject=EVIL), assignee=EVIL)], NOW)
        met = app.query_one(MetRows)
        met.styles.height = 2
        met.show([Met(1, 4, Correspondent(EVIL, EVIL), EVIL, NOW)], NOW)
        drawn = "".join([*app.rows(), met.render_line(0).text])
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn
    assert "\x07" not in drawn


def test_words_for_what_a_rule_asks_for_and_does():
    every = Conditions("a@b.example", "@c.example", "nota", "news.example", 500_000, 2_000_000)
    words = condition_words(every)
    assert words.startswith("from a@b.example, to @c.example, subject “nota”, list news.example, ")
    assert "or more" in words
    assert "less than" in words
    assert condition_words(Conditions()) == "(erased)"
    assert deed_words(rule(1, deeds=Deeds((), 7), assignee="")) == "assigned to somebody who is gone (#7)"
    assert deed_words(rule(1, deeds=Deeds(spam=True))) == "spam"
    assert tried_words(Tried(41, 1200, ())) == "would have matched 41 of 1,200 messages of the last month"
    assert tried_words(Tried(0, 0, ())) == "no mail came in the last month to try it on"


def test_everything_that_can_be_wrong_with_a_line_has_its_words():
    for wrong in Wrong:
        words = rule_trouble_words(wrong.value, "")
        assert words
        assert words != wrong.value.replace("_", " ")
    assert rule_trouble_words("unknown_deed", "delete\x1b", ("tag:", "spam")) == "delete  there are tag: spam"
