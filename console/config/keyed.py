"""The names that `[keys]` may hold: the console's commands, by name alone, to be checked without a screen."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from console.config.errors import Problem
from console.config.lines import line_of
from storage.kinds.clean import clean_line
from widgets.language import _

_NAMES: Final = """
accept account address as-read asset assign attach attach-file away back back-to-text behind belongs block
bottom brief calendars call canned change change-promise choose close-customer close-dashboard close-drafts
close-erasing close-help close-icp close-outbox close-page close-personas close-quote close-rules
close-search close-terms complete confirm-persona consult copy copy-figures criterion customer dashboard
dismiss-persona domain down drafts drop drop-criterion drop-draft drop-icp drop-message drop-persona
drop-response drop-rule drop-term earlier edit edit-brief edit-criterion edit-icp edit-persona edit-response
engagement erase erase-all erase-all-along erase-along erase-servers explain field fields fields-back file
files filter find find-response fitting fold fold-beside forward go go-there half-down half-up hand-on
headers help help-enrolling help-transfer help-writing history hold hold-message icp inbox insert-lines join
journey keep keep-brief kept kind later leave-draft leave-fact-out leave-form leave-library leave-picker
leave-review library line link mark mark-all mark-line mark-lines mark-range mend merge milestone new
new-calendar new-icp new-persona new-policy new-response new-rule next next-beside next-column next-fact
next-field next-finding next-found next-hit next-icp next-message next-part note old-mail only open
open-draft open-file open-message open-there outbox page-down page-on page-up palette parent parts persona
personas pick pick-next pick-page pick-page-back pick-previous pick-response pin playbook plays policies
previous previous-beside previous-column previous-fact previous-field previous-finding previous-found
previous-hit previous-icp previous-message previous-part promise quit quote-lines range reached read
read-news recall-draft redact redo redraw redraw-composer redraw-form release-message remove reopen repeat
reply reply-sender report resolve restore retention return right rule rules save-file search send send-again
send-now set set-icp set-persona set-term share share-response snooze solved source spam split stack
stop-trial suspend tag take take-back take-promise task theme then-open then-resolved then-waiting to-left
to-right top transfer-n1 transfer-n2 transfer-n3 trash try-account try-response try-rule unblock undo
undo-in-outbox undo-response unlink unmark unrule up urgent view wait was-not-sent was-sent why withdraw
yank-address yank-body yank-file yank-id yank-link yank-quote
"""
NAMES: Final = frozenset(_NAMES.split())
"""All that the table of commands names (a test compares them): importing that table brings Textual with it."""


def misnamed(keys: Iterable[str], text: str) -> list[Problem]:
    """Return a problem for each name under `[keys]` that is no command's, in the order of the file.

    Args:
        keys: the names that stand there.
        text: the configuration, a valid TOML text.
    """
    problems = []
    for key in keys:
        if key in NAMES:
            continue
        nearest = next(iter(get_close_matches(key.lower(), NAMES, n=1)), "")
        if nearest:
            sentence = _("[keys] {key}: no command is called so. Did you mean {nearest}?")
        else:
            sentence = _("[keys] {key}: no command is called so. Press ? in the console: it lists them.")
        said = clean_line(sentence.format(key=key, nearest=nearest))
        problems.append(Problem(said, line_of(text, ("keys", key)), clean_line(f"keys.{key}"), nearest))
    return sorted(problems, key=lambda problem: problem.line or 0)
