"""The garbage collector is told to come seldom before anything is imported: imports make much that stays."""

import gc

# A tenth of the time until the first row is the collector's, for nothing; a twentieth of a look for news.
gc.set_threshold(50_000, 20, 50)
