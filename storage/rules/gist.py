"""What threading and search take from a message's words; pure, so that it is made where the message is parsed."""

from storage.kinds.mail import Gist, Parsed
from storage.rules.stemming import stems
from storage.rules.threading import cited_by, prints_of, quoted_prints_of


def gist_of(parsed: Parsed) -> Gist:
    """Return the fingerprints and stems of a message.

    What it quotes is looked at only when it cites nothing: only then quotations say where it belongs.
    """
    cites = bool(cited_by(parsed))
    return Gist(
        prints=prints_of(parsed.reply_text),
        quoted_prints=() if cites or not parsed.quoted_text else quoted_prints_of(parsed.quoted_text),
        stems=stems(f"{parsed.subject}\n{parsed.text}", parsed.language),
    )
