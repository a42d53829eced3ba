"""Fit and persona in words and rows: each part told, nothing known told as unknown, no row too wide, nothing acting."""

import pytest
from rich.cells import cell_len

from storage.kinds.ideals import Criterion, Fit, FitView, Icp, Judged, Operator, Outcome, Placed, Tally
from storage.kinds.personas import Persona, PersonaView, Suggested
from widgets.ideal import fit_rows, ideal_rows, operator_words, percent_words, tally_rows
from widgets.persona import card_rows, known_by_rows, list_rows, persona_rows

HOSTILE = "x\x1b[31m\u202e雪" + "y" * 200


def said(rows):
    return ["".join(text for text, _role in (*row.left, *row.aside)) for row in rows]


def of(field, outcome, *says, operator=Operator.IS, values=("freight",), weight=5):
    return Judged(Criterion(field, operator, values, weight), outcome, says)


def test_a_fit_tells_what_matches_what_misses_and_what_is_unknown():
    fit = Fit(
        (
            of("site", Outcome.UNKNOWN, operator=Operator.KNOWN, values=()),
            of("size", Outcome.MISSED, "12", operator=Operator.AT_LEAST, values=("60",)),
            of("industry", Outcome.MATCHED, "freight", weight=15),
        )
    )
    nothing = FitView(8, "Other", 70, Fit((of("industry", Outcome.UNKNOWN),)))
    rows = said(fit_rows((FitView(7, "Freight", 70, fit), nothing), 40))
    assert rows[1:] == [
        "fit75\u00a0% Freight",
        "match     industry: freight15",
        "miss      size: 12 (at least 60)5",
        "unknown   site5",
        "also      Otherunknown",
    ]
    assert list(fit_rows((), 40)) == []
    assert (percent_words(None), percent_words(0)) == ("unknown", "0\u00a0%")
    assert all(operator_words(one) for one in Operator)


@pytest.mark.parametrize("width", [20, 31, 60])
def test_no_row_is_too_wide_and_nothing_in_it_acts(width):
    criterion = Criterion(HOSTILE, Operator.CONTAINS, (HOSTILE,), 5)
    view = FitView(1, HOSTILE, 70, Fit((Judged(criterion, Outcome.MISSED, (HOSTILE, HOSTILE)),)))
    card = Persona(
        HOSTILE, (HOSTILE,), HOSTILE, "", (HOSTILE,), (HOSTILE,), (HOSTILE,), (HOSTILE,), HOSTILE, (HOSTILE,)
    )
    icp = Icp(HOSTILE, (criterion,), notes=HOSTILE)
    suggested = PersonaView(suggested=Suggested(1, card, "role", HOSTILE))
    tally = Tally(1, 0, 0, (Placed(1, HOSTILE, 100),))
    rows = [*fit_rows((view, view), width), *card_rows(card, width), *known_by_rows(card, width)]
    rows += [
        *persona_rows(suggested, width),
        *ideal_rows(icp, width),
        *tally_rows(tally, icp),
        *list_rows(((1, card),)),
    ]
    for line in said(rows):
        assert "\x1b" not in line
        assert "\u202e" not in line
    wrapped = [row for row in (*card_rows(card, width), *known_by_rows(card, width)) if row.left]
    assert all(sum(cell_len(text) for text, _role in row.left) <= width for row in wrapped)
