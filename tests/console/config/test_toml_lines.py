"""Where names stand in a TOML text."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from console.config.lines import line_of, statements

TEXT = '''\
# a comment
agent = "ana"

[keys]
resolve = "e"
many = [
    "a",  # ] not the end
    "b",
]
[[account]]
name = "one"
text = """
[[account]]
name = "a trap"
"""
[account.more]
a.b = 1
[[account]]
name = "two"
"quoted key" = { x = 1, y = 2 }
'''


def test_each_statement_has_its_lines_and_its_way() -> None:
    found = [(each.first, each.last, each.place, each.header) for each in statements(TEXT)]
    assert found == [
        (2, 2, ("agent",), False),
        (4, 4, ("keys",), True),
        (5, 5, ("keys", "resolve"), False),
        (6, 9, ("keys", "many"), False),
        (10, 10, ("account", 0), True),
        (11, 11, ("account", 0, "name"), False),
        (12, 15, ("account", 0, "text"), False),
        (16, 16, ("account", 0, "more"), True),
        (17, 17, ("account", 0, "more", "a", "b"), False),
        (18, 18, ("account", 1), True),
        (19, 19, ("account", 1, "name"), False),
        (20, 20, ("account", 1, "quoted key"), False),
    ]


def test_the_line_of_what_is_missing_is_that_of_its_table() -> None:
    assert line_of(TEXT, ("account", 1, "imap")) == 18
    assert line_of(TEXT, ("keys", "many", 1)) == 6
    assert line_of(TEXT, ("nothing",)) is None


def test_windows_line_ends_do_not_shift_the_lines() -> None:
    assert [each.first for each in statements(TEXT.replace("\n", "\r\n"))] == [each.first for each in statements(TEXT)]


KEYS = st.text("abc", min_size=1, max_size=3)
VALUES = st.sampled_from(['"x"', "1", "[\n1,\n2 # ]\n]", '"""\nb = 1\n[c]\n"""', "{ a = 1, b = 2 }", "'''\n]\n'''"])


@settings(max_examples=150, derandomize=True)
@given(st.lists(st.tuples(KEYS, st.dictionaries(KEYS, VALUES, max_size=4)), max_size=5))
def test_statements_read_one_by_one_give_the_whole_text(tables: list[tuple[str, dict[str, str]]]) -> None:
    text = "".join(
        f"[[{name}]]\n" + "".join(f"{key} = {value}\n\n" for key, value in pairs.items()) for name, pairs in tables
    )
    whole: object = tomllib.loads(text)
    lines = text.split("\n")
    for statement in statements(text):
        at = whole
        for step in statement.place:
            at = at[step]  # type: ignore[index]
        if not statement.header:
            assert at == statement.value
        assert lines[statement.first - 1].strip()
