"""Ordinary mail is read by fast roads: each gives what the careful road gives, in whole messages and piece by piece."""

import pickle
import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import blake2b

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made import corpus
from made.odd_letters import letter

from console.demo import company
from console.mail import reader
from console.mail.parse import (
    Unreadable,
    addresses,
    body,
    fields,
    forward,
    html,
    labels,
    language,
    markers,
    parse,
    quotes,
)
from storage.kinds import clean
from storage.rules import stemming, threading
from storage.rules.gist import gist_of
from storage.rules.word import WORD

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SIGNS = "abcABCçãéÉßſıİKﬁ½ªµ’“–—…€™ \t\n\r\x0b\x85\x1b\x7f\u00a0\u00ad\u200b\u202e\u2028\u0301\u0327\ufeffσΣς漢語😀\U000e0041\ud800"
TEXTS = st.text(alphabet=SIGNS) | st.text(alphabet="abcdç éí\r\n") | st.text()
# What decides where a quotation, a forwarded message or a signature begins.
TELLING = (
    *(
        "> ",
        ">",
        ">> ",
        "| ",
        "|",
        " ",
        "\t",
        "*",
        "_",
        "-",
        "--",
        "-- ",
        "—",
        ":",
        "：",
        "\n",
        "\n\n",
        "\u00a0",
        ".",
        ">:",
    ),
    *(
        "On 2020-01-02 10:20, Ana <ana@a.example> wrote:",
        "Em 02/01/2020 10:20, Ana escreveu:",
        "ana wrote",
        "1",
        "1:20",
    ),
    *(
        "-----Original Message-----",
        "Mensagem original",
        "menſaje orıginal",
        "From: ",
        "De: ana@a.example",
        "Sent: x",
        "Para: b",
    ),
    *("Assunto: fatura", "Begin forwarded message:", "------ Forwarded message ------", "Sent from my iPhone"),
    *(
        "Enviado do meu iPhone",
        "发自我的iPhone",
        "Please reply above this line",
        "2016-03-03 17:21 GMT+01:00 Ana",
        "_" * 20,
    ),
    *(
        "2016-03-03 <ana@a.example>",
        "uma linha de texto que é mais comprida do que as linhas curtas são",
        "Bom dia,",
        "> wrote:",
    ),
    *(
        "another line of text that is longer than the short ones are",
        "Em 2 de janeiro de 2020 a nossa amiga Ana escreveu",
    ),
)
WRITINGS = st.lists(st.sampled_from(TELLING) | st.text(max_size=3), max_size=30).map("".join)
FIELDS = (
    b"From: a@b.example",
    b"Subject: x",
    b"X-A : y",
    b" folded",
    b"\tfolded",
    b":",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"no field",
    b"To:b",
    b"a",
)
BLOCKS = st.lists(st.sampled_from(FIELDS) | st.binary(max_size=3), max_size=20).map(b"".join)


class _All:
    """Holds everything."""

    def __contains__(self, _: object) -> bool:
        return True

    def isdisjoint(self, _: object) -> bool:
        return False


def every_line(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if len(line) > 3 or line.strip() == ">:"]


def trimmed(text: str) -> str:
    return "\n".join(line if line == "-- " else line.rstrip(" \t") for line in text.split("\n"))


def each_word_alone(words: list[str], language: str) -> dict[str, str]:
    return {word: " ".join(stemming._stems_of(word, language)) for word in words}


@contextmanager
def careful() -> Iterator[None]:
    """Close every fast road."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(addresses, "_ORDINARY", -1)
        patch.setattr(fields, "_ordinary", lambda *_: None)
        patch.setattr(markers, "_likely", every_line)
        patch.setattr(markers, "_MARKED", _All())
        patch.setattr(markers, "_SURE_VERBS", frozenset())
        patch.setattr(markers, "_MAY_ATTRIBUTE", _All())
        patch.setattr(quotes, "_may_hold", lambda *_: True)
        patch.setattr(clean, "as_western", lambda _: None)
        patch.setattr(language, "as_western", lambda _: None)
        patch.setattr(body, "_trimmed", trimmed)
        patch.setattr(html, "_is_even", lambda _: False)
        patch.setattr(stemming, "as_western", lambda _: None)
        patch.setattr(stemming, "_stems_in_each", each_word_alone)
        for table in stemming._STEMS.values():
            table.clear()
        yield
    for table in stemming._STEMS.values():
        table.clear()


def read(raw: bytes) -> tuple[object, ...]:
    try:
        parsed = parse(raw)
    except Unreadable as unreadable:
        return unreadable.reason, unreadable.detail
    return parsed, gist_of(parsed)


def assert_both_agree(raws: Iterable[bytes]) -> None:
    raws = list(raws)
    fast = [read(raw) for raw in raws]
    with careful():
        for raw, one in zip(raws, fast, strict=True):
            assert read(raw) == one


def wounded(raws: list[bytes], count: int) -> Iterator[bytes]:
    """Give messages in which something was put, taken away or set before every line."""
    made = random.Random(3)
    telling = [piece.encode("utf-8", "replace") for piece in TELLING] + list(FIELDS)
    for _ in range(count):
        raw = made.choice(raws)
        for _ in range(made.randint(1, 5)):
            place = made.randrange(len(raw) + 1)
            head, tail = raw[:place], raw[place:]
            match made.randrange(5):
                case 0 | 1:
                    raw = head + made.choice(telling) + tail
                case 2:
                    raw = head + tail[made.randint(1, 30) :]
                case 3:
                    raw = head + made.randbytes(1) + tail[1:]
                case _:
                    raw = head + tail.replace(b"\n", b"\n" + made.choice((b"> ", b">", b"| ", b" ")))
        yield raw


@pytest.fixture(scope="module")
def demo() -> list[bytes]:
    return [mail.raw for mail in company.history(NOW, 1)]


def test_both_roads_give_the_same_of_the_demo(demo: list[bytes]) -> None:
    assert len(demo) > 150
    assert_both_agree(demo)


def test_both_roads_give_the_same_of_wounded_mail(demo: list[bytes]) -> None:
    assert_both_agree(wounded(demo, 400))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_both_roads_give_the_same_of_odd_letters(seed: int) -> None:
    assert_both_agree(letter(random.Random(f"letter {seed} {number}")) for number in range(400 if seed == 0 else 2_000))


def test_messages_read_together_are_read_as_each_alone(demo: list[bytes]) -> None:
    some = [*demo, *wounded(demo, 200), b"", b"\x00\x01 no mail at all", *demo[:3]]
    found = reader.read_each(some)
    assert [told(one) for one in found] == [told(reader.read_one(raw)) for raw in some]
    assert sum(isinstance(one, Unreadable) for one in found) >= 2


def told(one: reader.Read) -> object:
    return (one.reason, one.detail) if isinstance(one, Unreadable) else one


def test_what_a_worker_hands_over_arrives_whole(demo: list[bytes]) -> None:
    some = [replace(parsed, gist=gist_of(parsed)) for parsed in map(parse, demo)]
    assert any(each.attachments for each in some)
    assert any(each.original for each in some)
    assert pickle.loads(pickle.dumps(some)) == some


@pytest.mark.slow
@pytest.mark.corpus
def test_both_roads_give_the_same_of_the_whole_corpus() -> None:
    corpus.required()
    raws = [one.raw for source in corpus.sources() for some in corpus.letters(source).values() for one in some]
    assert_both_agree(raws)
    assert_both_agree(wounded([raw for raw in raws if len(raw) < 20_000], 1_000))


@given(BLOCKS)
@example(b"From: a\nSubject: b\r\n\r\nbody")
@example(b"From: a\n\r\r\nbody\n\n")
@example(b"From : a\nSubject: b\n\nbody")
def test_a_block_of_fields(block: bytes) -> None:
    for start in (0, 1):
        fast = fields.read(block, start, len(block))
        slow = fields._read(block, start, len(block), whole=False)
        assert (fast.items, fast.end, fast._first) == (slow.items, slow.end, slow._first)


@given(WRITINGS)
@example("Em 2 de janeiro de 2020 a nossa amiga Ana escreveu\n> sim")
def test_where_others_words_begin(text: str) -> None:
    page = markers.Text(text)
    for subject in ("Fwd: x", "x"):
        fast = quotes.split(page)
        with careful():
            slow = quotes.split(page)
            found = forward.find(page, slow, subject)
        assert fast == slow
        assert forward.find(page, fast, subject) == found


@given(WRITINGS)
@example("> > a\n>> b\n>\n>>>\n> \n>  c\n>\td\n>" + ">" * 20 + " e\n> >:\n> wrote:\n>|f\n>f |")
def test_quote_marks(text: str) -> None:
    lines = text.split("\n")
    assert [bool(one) for one in markers.quoted_lines(lines)] == [
        markers._QUOTE_MARK.match(line) is not None for line in lines
    ]
    for line, fast in zip(lines, markers.bared(lines), strict=True):
        assert markers.is_quoted(line) == (markers._QUOTE_MARK.match(line) is not None)
        bare = line
        for _ in range(20):
            if not markers.is_quoted(bare):
                break
            bare = markers.unquoted(bare)
        assert fast == bare


@given(st.text(alphabet="ab- \t\n") | TEXTS)
@example("a \n-- \nb\t\n")
@example("a \t \nb  \n-- ")
def test_what_stands_at_the_ends_of_lines(text: str) -> None:
    assert body._trimmed(text) == trimmed(text)


@given(st.sampled_from(labels.ORIGINAL.replace("['’]", "’").split("|")), st.sampled_from(["", ">", "> ", "|"]))
def test_no_line_is_passed_over_that_names_an_original_message(words: str, before: str) -> None:
    for line in (before + form for form in (words, words.upper(), words.capitalize(), words.replace("s", "ſ"))):
        if len(line) > 3:
            assert markers._likely([line]) == [0]


@pytest.mark.parametrize("words", [labels.ORIGINAL, labels.WROTE])
def test_words_that_are_looked_for_by_their_first_letter(words: str) -> None:
    plain = re.compile(words, re.IGNORECASE)
    fast = re.compile(markers._one_of(words), re.IGNORECASE)
    tried = [*words.split("|"), *"aeiosıİſKK漢", "x", ""]
    for word in (
        form for one in tried for form in (one, one.upper(), one.capitalize(), one.replace("s", "ſ"), one[1:])
    ):
        assert (one := plain.match(word)) == (other := fast.match(word)) or (one and other and one[0] == other[0])


@given(TEXTS)
def test_clean_and_folded_text(text: str) -> None:
    cleaned = clean._BARRED.sub("", clean._LINE_ENDS.sub("\n", text))
    assert clean.clean(text) == cleaned
    assert clean.clean_line(text) == re.sub(r"\s+", " ", cleaned).strip()
    bare = unicodedata.normalize("NFKD", text.casefold() if not text.isascii() else text.lower())
    assert clean.folded(text) == "".join(sign for sign in bare if not unicodedata.combining(sign))


def test_every_sign_that_is_or_is_no_white_space_in_a_page() -> None:
    for code in range(0x110000):
        sign = chr(code)
        assert not html._is_even(sign) or sign == " " or html._SPACE.sub(" ", sign) == sign
    assert html._is_even("Bom dia, ação!")
    assert not html._is_even("a  b")


@given(TEXTS, st.sampled_from(["", "<br>", "<div>", "</div>\n<div>", "<li>", "<blockquote>\n<p>"]))
@example("\n \n", "<div>")
def test_a_page(text: str, mark: str) -> None:
    page = f"<div>{text}{mark}{text}</div>\n<div> {text}</div>"
    fast = html.render(page)
    with careful():
        assert html.render(page) == fast


def test_every_sign_of_windows_1252_folded() -> None:
    for code in range(0x2200):
        sign = chr(code)
        bare = unicodedata.normalize("NFKD", sign.casefold())
        assert clean.folded(f"é{sign}") == "e" + "".join(one for one in bare if not unicodedata.combining(one)), sign


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(["pt", "es", "en", ""]))
@example(["Ação ação, (AÇÃO) acao", "ação informacao ﹰabc ΑΣ ΑΣΑ İstanbul " + "a" * 70], "pt")
@example(["informacao-publica informações, FATURAS e_faturas naïve"], "pt")
def test_stems_of_a_text_are_those_of_its_words(texts: list[str], name: str) -> None:
    for table in stemming._STEMS.values():
        table.clear()
    for text in (*texts, *texts):  # new words, and words that are known
        assert stemming.stems(text, name) == by_words(text, name)
        assert stemming._different_words(text) == set(stemming.words_of(text))


def test_every_sign_of_windows_1252_as_a_word() -> None:
    for code in range(0x2200):
        text = f"A{chr(code)}É {chr(code)} 1{chr(code)}"
        assert stemming._different_words(text) == set(WORD.findall(stemming.composed(text).lower())), hex(code)


def test_more_words_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stemming, "_REMEMBERED", 30)
    monkeypatch.setattr(stemming, "_LEARNT_AT_ONCE", 7)
    for table in stemming._STEMS.values():
        table.clear()
    for start in range(0, 200, 10):
        text = " ".join(f"faturas{'abcdefghij'[number % 10] * (number // 10)}s" for number in range(start, start + 40))
        assert stemming.stems(text, "pt") == by_words(text, "pt") != ""
        assert len(stemming._STEMS["pt"]) <= 30


def by_words(text: str, name: str) -> str:
    found = set()
    for word in WORD.findall(stemming.composed(text).lower()):
        for one in (name,) if name else stemming.LANGUAGES:
            if 3 <= len(word) <= 40 and word.isalpha():
                accented = stemming._with_accents(word, one)
                stems = {clean.folded(stemming._stemmer(one).stemWord(form)) for form in accented}
                found.add(" ".join(sorted(stems - {clean.folded(word)})))
    return " ".join(sorted(found - {""}))


@given(st.text(alphabet="abç é\n.漢-") | TEXTS)
@example(" ".join(map(str, range(3_000))))
@example("uma e outra vez o mesmo\n" * 300)
@example("uma e outra vez o mesmo\n" * 30 + " ".join(map(str, range(60))))
def test_fingerprints_are_the_smallest_digests(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    words = re.findall(r"\w+", clean.folded(text))[:5000]
    runs = {" ".join(words[start : start + 5]).encode() for start in range(len(words) - 4)}
    prints = sorted({int.from_bytes(blake2b(run, digest_size=8).digest()) >> 1 for run in runs})
    assert threading.prints_of(text) == tuple(prints[: threading.PRINTS_KEPT])
    assert threading.quoted_prints_of(text) == tuple(prints[: threading.QUOTED_PRINTS_KEPT])


@given(
    st.lists(st.sampled_from(["the", "no", "para", "uma", "más", "obrigado", "hola", "x", "me"]), max_size=40).map(
        " ".join
    )
)
def test_language_by_its_small_words(text: str) -> None:
    words = text.split()
    owners = [[table for table in language._TABLES.values() if word in table] for word in words]
    totals = {
        name: sum((Fraction(1, len(some)) for some in owners if table in some), start=Fraction())
        for name, table in language._TABLES.items()
    }
    second, first = sorted(totals.values())[1:]
    known = first >= 1 and first >= Fraction(12, 100) * len(words) and first >= Fraction(115, 100) * second
    assert language.guess(text) == (max(totals, key=lambda name: totals[name]) if known else "")
