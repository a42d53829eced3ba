"""What one word is, for queries and for the search index."""

import re

WORD = re.compile(r"(?:[^\W_]++|[\u0300-\u036f\ue000-\uf8ff]++)++")
"""What counts as one word: letters, digits, their accents, private signs."""
