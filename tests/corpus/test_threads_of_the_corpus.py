"""How well real mail is threaded: against published trees, against reference graphs, and with the headers cut away."""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from made import corpus

from console.mail.parse import parse
from storage.rules.threading import subject_of

pytestmark = pytest.mark.corpus

MONTH = timedelta(days=30)


def shown(name: str, counts: Counter[str]) -> tuple[float, float]:
    right = counts["right"]
    precision, recall = right / (right + counts["false"]), right / (right + counts["missed"])
    print(f"\n{name:34} precision {precision:.4f} recall {recall:.4f} {dict(counts)}")  # noqa: T201
    return precision, recall


@pytest.mark.parametrize(
    ("source", "precision", "recall"), [("notmuch-default", 1.0, 1.0), ("spamassassin-ham", 0.99, 0.94)]
)
def test_threads_by_reference(source: str, precision: float, recall: float, tmp_path: Path) -> None:
    """Pairs of messages that stand together, against the `thread` facts.

    The facts of spamassassin-ham take an address for a Message-ID ("In-Reply-To: Message from Gary <garym@…>"),
    and so hold all answers to one person to be one thread; we do not, which costs recall here and is right.
    """
    corpus.required()
    facts = [fact for fact in corpus.facts("thread") if fact["file"].startswith(f"{source}/")]
    some = corpus.letters(source)[source]
    done = corpus.imported(tmp_path, some)
    homes = done.conversations()
    home = {one.name: homes[number] for one, number in zip(some, done.message_ids, strict=True) if number}
    counts: Counter[str] = Counter()
    for one, other in itertools.combinations(facts, 2):
        true = one["conversation"] == other["conversation"]
        ours = home[one["file"]] == home[other["file"]]
        coarse = [fact.get("may_join", fact["conversation"]) for fact in (one, other)]
        if true:
            counts["right" if ours else "missed"] += 1
        elif ours and coarse[0] != coarse[1]:
            counts["false"] += 1
    reached = shown(source, counts)
    done.store.close()
    assert reached[0] >= precision
    assert reached[1] >= recall
    if source == "notmuch-default":
        assert len(set(home.values())) == 24


def test_headerless_twins_find_their_conversations(tmp_path: Path) -> None:
    """Pairs that hold a message whose reference headers were cut away, against what its headers had said.

    Not false are pairs that `may_join` allows, or that the corpus' own words for it allow: a reply whose headers
    name no parent here may be put with the conversation of the same subject within thirty days (the facts forget
    those whose "Re:" the list's archive has cut off; such a reply stands alone only because the mail between was
    a private one). Nor are pairs that stand together in the untouched original: there the other message of the
    pair is one that never had headers, and was joined by its words; cutting this one's headers did not do it.
    """
    corpus.required()
    total: Counter[str] = Counter()
    letters = corpus.letters("rlists")
    for place, fact in enumerate(corpus.facts("mbox-thread")):
        whole = corpus.imported(tmp_path / f"whole {place}", letters[fact["file"]])
        cut = corpus.imported(tmp_path / f"cut {place}", letters[fact["file"].replace(".mbox", "-noref.mbox")])
        untouched, ours = whole.by_header_id(), cut.by_header_id()
        true = {name.strip("<>"): home for name, home in fact["conversations"].items() if name.strip("<>") in ours}
        coarse = true | {name.strip("<>"): home for name, home in (fact["may_join"] or {}).items()}
        allowed = allowed_by_words(letters[fact["file"]], true)
        stripped = {name.strip("<>") for name in fact["stripped"]}
        counts: Counter[str] = Counter()
        for one, other in itertools.combinations(true, 2):
            if one not in stripped and other not in stripped:
                continue
            together = ours[one] == ours[other]
            if true[one] == true[other]:
                counts["right" if together else "missed"] += 1
            elif together and coarse[one] != coarse[other]:
                if untouched[one] == untouched[other]:
                    counts["joined untouched as well"] += 1
                elif frozenset((true[one], true[other])) in allowed:
                    counts["allowed"] += 1
                else:
                    counts["false"] += 1
        shown(fact["file"], counts)
        total += counts
        whole.store.close()
        cut.store.close()
    precision, recall = shown("headerless twins", total)
    assert total["right"] > 500
    assert precision > 0.98
    assert recall > 0.95


def allowed_by_words(some: list[corpus.Letter], true: Mapping[str, str]) -> set[frozenset[str]]:
    """The pairs of conversations of one subject, within a month, of which one begins with a reply to what is not here."""
    told = defaultdict(list)
    for one in some:
        message = parse(one.raw)
        if message.header_id in true and message.dated_at:
            told[true[message.header_id]].append((message.dated_at, subject_of(message.subject).bare, message))
    pairs = set()
    for home, others in itertools.permutations(told, 2):
        (began, subject, first), rest = min(told[home], key=lambda one: one[0]), told[others]
        lacks_parent = bool(first.in_reply_to or first.references)
        near = any(subject == about and abs(began - when) <= MONTH for when, about, _ in rest)
        if lacks_parent and near:
            pairs.add(frozenset((home, others)))
    return pairs


def test_jwz(tmp_path: Path) -> None:
    """The published tree, but that a subject alone joins nothing here."""
    corpus.required()
    (path,) = (corpus.CORPUS / "jwz").iterdir()
    messages = json.loads(path.read_text(encoding="utf-8"))["messages"]
    done = corpus.imported(tmp_path, corpus.jwz(path))
    homes = done.conversations()
    home = {one["n"]: homes[number] for one, number in zip(messages, done.message_ids, strict=True)}
    wrong = []
    for one, other in itertools.combinations([each for each in messages if each["group"] is not None], 2):
        by_subject = one["subject"] == other["subject"] and not (one["references"] or other["references"])
        if (one["group"] == other["group"]) != (home[one["n"]] == home[other["n"]]) and not by_subject:
            wrong.append((one, other))
    done.store.close()
    assert wrong == []


@pytest.mark.parametrize(("name", "together"), [("thread", {1, 2, 3}), ("thread6", {1, 2})])
def test_what_imap_servers_must_call_one_thread(name: str, together: set[int], tmp_path: Path) -> None:
    """Where the references say so; the other two mailboxes are one thread to a server by their subjects alone."""
    corpus.required()
    done = corpus.imported(tmp_path, corpus.letters("imaptest")[f"imaptest/{name}.mbox"])
    homes = done.conversations()
    done.store.close()
    assert len({homes[done.message_ids[place - 1]] for place in together}) == 1
