"""Every source of the corpus is imported into a store of its own: nothing crashes, the counts add up, no byte is lost."""

from pathlib import Path

import pytest
from made import corpus

from storage.record import verify
from storage.store.content import digest_of

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("source", corpus.sources() if corpus.CORPUS.is_dir() else ["all"])
def test_a_source_is_imported_whole(source: str, tmp_path: Path) -> None:
    corpus.required()
    for place, (name, some) in enumerate(corpus.letters(source).items()):
        done = corpus.imported(tmp_path / str(place), some)
        assert done.counts.fetched == len(some) > 0
        assert done.counts.adds_up, (name, done.counts)
        kept = dict.fromkeys(digest_of(one.raw) for one in some)
        assert sorted(done.raws()) == sorted(kept)
        for one in some:
            assert done.store.content.get(digest_of(one.raw)) == one.raw, one.name
        again = corpus.imported(tmp_path / str(place), some)
        assert again.counts.known == len(some), (name, again.counts)
        with done.store.reading() as session:
            assert verify(session).broken_at is None
        done.store.close()
        again.store.close()
