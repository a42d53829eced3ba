"""Templates: what has no value is named and never blank, what is wrong has a line and a column, and nothing hangs."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.library.checking import customers, problems
from console.library.errors import TemplateTrouble
from console.library.rendering import Template, render
from console.library.values import PROFILES

KNOWN = {"customer.first_name": "Ana", "conversation.number": "#4213", "language": "pt"}


def missing(source: str, **values: str) -> list[tuple[str, int, int]]:
    return [(one.name, one.line, one.column) for one in render(source, KNOWN | values).missing]


def test_known_values_stand_in_the_text_and_conditions_leave_no_holes() -> None:
    source = (
        "Olá{% if customer.first_name %}, {{ customer.first_name }}{% endif %}!\n\n"
        "{% if organization.name %}\nDa {{ organization.name }}\n{% endif %}\n\n"
        "{% if language == 'pt' %}Número {{ conversation.number }}.{% else %}Number{% endif %}\n"
    )
    done = render(source, KNOWN)
    assert (done.text, done.missing, done.gaps) == ("Olá, Ana!\n\nNúmero #4213.", (), ())


def test_what_has_no_value_is_named_with_its_place_and_seen_in_the_text() -> None:
    done = render("Hello\n  {{ promised.date | upcase }}, {{ order }} and {{ order }}", KNOWN)
    assert done.text == "Hello\n  {{ promised.date }}, {{ order }} and {{ order }}"
    assert [(one.name, one.line, one.column) for one in done.missing] == [("promised.date", 2, 6), ("order", 2, 36)]
    assert [done.text[start:end] for start, end in done.gaps] == ["{{ promised.date }}", "{{ order }}", "{{ order }}"]
    assert (
        render("{{ order }} on {{ promised.date }}", {"order": "77", "promised.date": "Monday"}).text == "77 on Monday"
    )


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("{{ customer.name }}", ["customer.name"]),
        ("{{ customer['name'] }}", ["customer.name"]),
        ("{{ customer.name | default: 'you' }}", []),
        ("{% assign who = customer.name %}{{ who }}", ["customer.name"]),
        ("{% capture who %}{{ customer.name }}{% endcapture %}{{ who }}", ["customer.name"]),
        ("{% for step in steps %}{{ step }}{% endfor %}", ["steps"]),
        ("{{ nil }}", ["nil"]),
        ("{% if order %}{{ order }}{% endif %}", []),
    ],
)
def test_nothing_is_ever_rendered_blank(source: str, names: list[str]) -> None:
    assert [name for name, _, _ in missing(source)] == names
    assert [name for name, _, _ in missing(source, **{"customer.name": "Ana", "steps": "one", "nil": "x"})] == []


def test_a_value_is_no_template_and_commands_no_terminal() -> None:
    done = render("{{ customer.first_name }}", {"customer.first_name": "\x1b[2J{{ order }}\ue0000\ue001"})
    assert (done.text, done.missing) == ("[2J{{ order }}0", ())


@pytest.mark.parametrize(
    ("source", "kind", "line", "column"),
    [
        ("ok\n{{ customer.nmae }}", "unknown_field", 2, 4),
        ("{% if false %}\n{{ agent.shoe_size }}{% endif %}", "unknown_field", 2, 4),
        ("a {{ order | shout }}", "unknown_filter", 1, 14),
        ("{{ 'now' | date: '%999999999d' }}", "unknown_filter", 1, 12),
        ("a\nb {% include 'x' %}", "unknown_tag", 2, 6),
        ("{% endif %}", "unknown_tag", 1, 4),
        ("a {% if order %} b", "unclosed", 1, 19),
        ("one\n  {{ order", "unclosed", 2, 3),
        ("ok\n\n  {{ a.b[ }}", "syntax", 3, 3),
        ("{% for i in (1..1000000000) %}x{% endfor %}", "too_many_loops", 1, 4),
        ("{% for i in (1..90) %}{% for j in (1..90) %}x{% endfor %}{% endfor %}", "too_many_loops", 1, 4),
        (
            "{% assign a = 'xx' %}{% for i in (1..90) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
            "too_long",
            1,
            25,
        ),
        ("{% for i in (1..90) %}" + "x" * 5000 + "{% endfor %}", "too_long", 1, 4),
        ("{% if a %}" * 30 + "{% endif %}" * 30, "too_deep", 1, 214),
        ("x" * 64_001, "too_long", 1, 1),
        ("{{ a" + ".b" * 90 + " }}", "too_long", 1, 4),
    ],
)
def test_what_is_wrong_is_a_sentence_with_line_and_column(source: str, kind: str, line: int, column: int) -> None:
    with pytest.raises(TemplateTrouble) as caught:
        render(source, KNOWN)
    assert (caught.value.kind, caught.value.line, caught.value.column) == (kind, line, column)
    assert f"ine {line}, column {column}" in str(caught.value)


def test_the_nearest_field_is_offered() -> None:
    with pytest.raises(TemplateTrouble, match=r"Did you mean customer\.name\?"):
        Template("{{ customer.nmae }}")


SOME_PIECES = (
    "{{ }} {% %} {%- -%} if endif else for in endfor assign capture endcapture comment endcomment case when raw endraw"
    " customer.first_name promised.x order | append: prepend: split: join: truncate: default: 'a' \"b\" (1..99999) 9e9"
    " [ ] . , == contains and or nil true # \n \ue000 é ''"
)
PIECES = st.sampled_from(SOME_PIECES.split(" "))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map(" ".join)))
def test_no_template_raises_anything_else_or_gives_less_than_it_says(source: str) -> None:
    trouble = None
    try:
        done = render(source, KNOWN)
    except TemplateTrouble as error:
        trouble = error
    if trouble is not None:
        assert 1 <= trouble.line <= source.count("\n") + 1
        assert trouble.column >= 1
        return
    assert not set("\ue000\ue001\x1b") & set(done.text)
    assert all(done.text[start:end].startswith("{{ ") for start, end in done.gaps)
    problems(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{" * 30_000,
        "{%" * 30_000,
        "{% if a %}" * 6_000,
        "{{ a" + "[b" * 20_000 + " }}",
        "{% if " + "a and " * 9_000 + "a %}{% endif %}",
        "{{ 'x' " + "| append: 'yyyyyyyy' " * 2_900 + "}}",
        "{% for i in (1..100) %}" + "{% if a %}{% endif %}" * 2_900 + "{% endfor %}",
        "{% for i in (1..100) %}{{ 'x' " + "| append: 'y' " * 4_000 + "| size }}{% endfor %}",
        "{{ 'a" + "b" * 60_000 + "' | split: '' | join: 'ccccccccccccccccccccc' | size }}",
        "{% case a %}" + "{% when 1 %}" * 4_000 + "{% endcase %}",
        "(" * 60_000,
    ],
)
def test_no_template_hangs(source: str) -> None:
    begun = time.process_time()
    with suppress(TemplateTrouble):
        render(source, KNOWN)
    assert time.process_time() - begun < 10  # a second by its own clock; generous, the machine may be busy


def test_check_tells_what_would_come_out_blank_and_where() -> None:
    found = problems("Hello\n{{ customer.first_name }}, see you {{ promised.date }}.")
    assert [(one.line, one.column) for one in found] == [(2, 4)]
    assert "customer.first_name would come out blank" in found[0].words
    assert problems("Hello{% if customer.first_name %} {{ customer.first_name }}{% endif %}, {{ order }}!") == []
    assert "always comes out blank" in problems("Hi {{ nil }}")[0].words
    (nothing,) = problems("{% if language == 'es' %}Hola{% endif %}")
    assert "nothing comes out" in nothing.words
    (broken,) = problems("a\n{{ customer.nmae }}")
    assert (broken.line, broken.column) == (2, 4)


DESK = {
    "customer.persona": ("buyer", "director"),
    "customer.touch": ("tech", "low", "mid", "high", "smart"),
    "customer.owner": ("Ana", "Rui"),
    "customer.field.contract": ("gold",),
    "language": ("pt", "de"),
}


@pytest.mark.parametrize(
    ("body", "place", "customer"),
    [
        (
            "Hi.\n{% if customer.persona == 'director' and customer.touch == 'high' %}{{ customer.owner }}{% endif %}",
            (2, 72),
            {"customer.persona": "director", "customer.touch": "high", "customer.owner": None},
        ),
        ("{% if customer.persona == 'buyer' %}Hi{% endif %}", (1, 1), {"customer.persona": "director"}),
        ("Hi {% unless customer.persona %}{{ nil }}{% endunless %}{{ order }}", (1, 33), {"customer.persona": None}),
        ("{% if customer.touch %}{% endif %}Hi {{ nil }}", (1, 38), {}),
        ("Hi {{ customer.field.contract }}", (1, 7), {"customer.field.contract": None}),
        ("{% if language != 'de' %}Hi{% endif %}", (1, 1), {}),
    ],
)
def test_check_names_the_sort_of_customer_for_whom_it_fails(body, place, customer) -> None:
    (found,) = problems(body, DESK)
    assert ((found.line, found.column), found.customer) == (place, customer)
    for name, value in customer.items():
        assert (f"{name} {value}" if value else name) in found.words


def test_check_knows_the_desks_own_fields_and_what_a_field_never_says() -> None:
    (strange,) = problems("Hi {{ customer.field.contrct }}", DESK)
    assert "no field customer.field.contrct. Did you mean customer.field.contract?" in strange.words
    (never,) = problems("Hi{% if customer.touch == 'hi' %}!{% endif %}", DESK)
    assert "customer.touch is never hi: it is tech, low, mid, high, smart." in never.words
    assert problems("Hi{% if customer.field.contract %}{{ customer.field.contract }}{% endif %}", DESK) == []
    with pytest.raises(TemplateTrouble):
        Template("{{ customer.fields.contract }}")


def test_each_value_is_tried_and_very_many_of_them_in_time() -> None:
    many = {name: tuple(f"{name} {place}" for place in range(500)) for name in PROFILES}
    template = Template("Hi " + "".join(f"{{% if {name} %}}{{{{ {name} }}}}{{% endif %}}" for name in PROFILES))
    tried = list(customers(template, many))
    for name in PROFILES:
        assert {one.values.get(name) for one in tried} >= {*many[name], None}
    count = len(PROFILES)
    assert len(tried) < 501 * count + 21 * 21 * count * (count - 1) // 2  # each value, and twenty of each two together
    ticks = iter(range(1000))
    (late,) = problems(template.source, many, clock=lambda: float(next(ticks)))
    assert "no time" in late.words
