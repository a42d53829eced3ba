"""The picker over 20,000 responses: processor time from a key to its first rows, letter by letter, p50, p95 and worst.

    python -m benchmarks.picker [COUNT]

What an agent types is of four kinds: shortcodes, words of titles, words of texts, and words misspelled. The time is the
processor's, as other programs may be busy; drawing is left out, it is measured with the console.
"""

import random
import statistics
import sys
import time

from console.library.finding import Library
from storage.kinds.responses import Canned, ResponseView

SOME = "ca re to li en mo da ra se ti po le do fa tu co bran su por te ser vi ac ce con pe di en tre ga vol"
SYLLABLES = SOME.split()


def vocabulary(size: int = 4000) -> list[str]:
    """Words such as languages have: many, of several syllables, some with an accent."""
    chance = random.Random(3)
    words = {"".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 3, 3, 4)))) for _ in range(2 * size)}
    return [word.replace("cao", "ção") for word in sorted(words)][:size]


WORDS = vocabulary()
OFTEN = [1 / (rank + 5) for rank in range(len(WORDS))]  # as Zipf found it


def made(count: int) -> list[ResponseView]:
    chance = random.Random(4)
    views = []
    for number in range(count):
        first, second, third = chance.choices(WORDS, OFTEN, k=3)
        body = " ".join(chance.choices(WORDS, OFTEN, k=80))
        code = f"{first[:6]}-{second[:6]}-{number}".lower().translate(str.maketrans("çãéíñ", "caein"))
        canned = Canned(code, chance.choice(("pt_BR", "es", "en")), f"{first} {second} {third} {number}", body)
        views.append(ResponseView(number + 1, canned, "", shared=True))
    return views


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    views = made(count)
    begun = time.process_time()
    library = Library(views).prepared()
    print(f"{count:,} responses folded in {1000 * (time.process_time() - begun):.0f} ms (once, in a thread)")
    chance = random.Random(5)
    kinds = {
        "shortcode": [chance.choice(views).canned.shortcode[:12] for _ in range(40)],
        "title": [" ".join(chance.choice(views).canned.title.split()[:2]) for _ in range(40)],
        "text": [" ".join(chance.choice(views).canned.body.split()[:2]) for _ in range(40)],
        "misspelled": [_wrong(chance, chance.choice(views).canned.title.split()[0]) for _ in range(40)],
    }
    fits = {chance.randint(1, count): chance.random() for _ in range(200)}
    every: list[float] = []
    for kind, typed in kinds.items():
        took = []
        for words in typed:
            for end in range(1, len(words) + 1):
                begun = time.process_time()
                library.find(words[:end], fits=fits, languages=("pt",))
                took.append(1000 * (time.process_time() - begun))
        every += took
        _tell(kind, took)
    _tell("all keys", every)


def _wrong(chance: random.Random, word: str) -> str:
    at = chance.randrange(max(1, len(word) - 1))
    return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


def _tell(kind: str, took: list[float]) -> None:
    p95 = statistics.quantiles(took, n=20)[-1]
    figures = f"p50 {statistics.median(took):6.1f} ms   p95 {p95:6.1f} ms   worst {max(took):6.1f} ms"
    print(f"{kind:<12} {len(took):>5} keys   {figures}")


if __name__ == "__main__":
    main()
