"""The search index: what is in it, and how it follows the messages in batches of its own."""

from storage.rules.stemming import LANGUAGES, stems
from storage.search.index import add, check, ddl, in_pieces, index_more, outdated, reindex, remove, tidy, waiting
from storage.search.ready import Ready
from storage.versions import STEMMER_VERSION

__all__ = [
    "LANGUAGES",
    "STEMMER_VERSION",
    "Ready",
    "add",
    "check",
    "ddl",
    "in_pieces",
    "index_more",
    "outdated",
    "reindex",
    "remove",
    "stems",
    "tidy",
    "waiting",
]
