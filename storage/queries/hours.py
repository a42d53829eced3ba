"""The calendars and the policies that a desk has laid down."""

from sqlmodel import Session

from storage.apply.terms import Terms, terms_in

__all__ = ["Terms", "terms", "terms_in"]


def terms(session: Session) -> Terms:
    """Return what the desk has laid down."""
    return terms_in(session.connection())
