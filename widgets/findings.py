"""Words for what the review of a draft found: on the composer's screen and on the command line alike."""

from datetime import datetime
from typing import Final

from storage.kinds.review import Check, Finding, Severity
from widgets.language import _
from widgets.moments import moment_words, size_words
from widgets.steady import one_line
from widgets.text import language_words

_SERVICES: Final = {
    "aws_key": "AWS",
    "google_key": "Google",
    "google_secret": "Google",
    "azure_key": "Azure",
    "github_token": "GitHub",
    "gitlab_token": "GitLab",
    "slack_token": "Slack",
    "stripe_key": "Stripe",
    "sendgrid_key": "SendGrid",
    "ai_key": "OpenAI, Anthropic",
    "package_token": "npm, PyPI",
    "telegram_token": "Telegram",
}


_WELL: Final = frozenset({Check.RECIPIENTS, Check.PROMISED, Check.KEEPS})  # are well without being said to be right


def severity_words(severity: Severity) -> str:
    """Return how much a finding matters, in a word."""
    return {Severity.STOP: _("stop"), Severity.LOOK: _("look"), Severity.OK: _("ok")}[severity]


def secret_words(name: str) -> str:
    """Return what sort of secret a pattern finds, by its name in `storage.rules.secrets`."""
    return {
        "private_key": _("a private key"),
        "private_address": _("a private IP address"),
        "url_password": _("a password in an address"),
        "jwt": _("a session token (JWT)"),
        "bearer_token": _("an access token"),
    }.get(name) or _("a key of {service}").format(service=_SERVICES.get(name, name.replace("_", " ")))


def finding_words(finding: Finding, now: datetime, *, conversation_id: int | None = None) -> str:
    """Return what was found, in one line.

    Args:
        finding: of the review.
        now: the present, in the reader's zone.
        conversation_id: the one that is answered, so that only another one is named.
    """
    what = one_line(finding.what)
    if finding.severity is Severity.OK and finding.check not in _WELL:
        return _("right, you said: {words}").format(words=_said(finding, what, now, conversation_id))
    return _said(finding, what, now, conversation_id)


def _said(finding: Finding, what: str, now: datetime, conversation_id: int | None) -> str:
    at = moment_words(finding.at, now) if finding.at is not None else ""
    match finding.check:
        case Check.COLLEAGUE_WRITES if finding.other != str(conversation_id or ""):
            return _("{who} writes to the same customer now, in #{number}").format(who=what, number=finding.other)
        case Check.LANGUAGE:
            return _("in {language}, the customer in {other}").format(
                language=language_words((finding.what,)), other=language_words((finding.other,))
            )
        case Check.ATTACHMENTS_LARGE:
            size = size_words(int(finding.what or 0))
            return _("{size} are attached: many servers refuse so much").format(size=size)
        case Check.SECRET:
            return _("{kind} in the text: {what}").format(kind=secret_words(finding.other), what=what)
    words = {
        Check.NOTHING_WRITTEN: _("nothing is written yet"),
        Check.NO_SUBJECT: _("there is no subject"),
        Check.NO_RECIPIENT: _("it goes to nobody yet"),
        Check.BAD_ADDRESS: _("{what} is no mail address"),
        Check.NEW_RECIPIENT: _("new against the last message: {what}"),
        Check.DROPPED_RECIPIENT: _("left out against the last message: {what}"),
        Check.STRANGER: _("took no part before they wrote here: {what}"),
        Check.CUSTOMER_WROTE: _("{what} wrote at {at}, after you began"),
        Check.COLLEAGUE_ANSWERED: _("{what} answered at {at}, after you began"),
        Check.COLLEAGUE_WRITES: _("{what} writes to the same customer now"),
        Check.PLACEHOLDER: _("{what} has no value"),
        Check.ATTACHMENT_ABSENT: _("“{what}”, and nothing is attached"),
        Check.ATTACHMENT_GONE: _("{what} is not there any more"),
        Check.OTHER_CUSTOMER: _("{what} is the address of another customer"),
        Check.PROMISE: _("a promise by {at}? “{what}”"),
        Check.PROMISED: _("promised by {at}: {what}"),
        Check.OWED: _("promised by {at}, and kept by this? “{what}”"),
        Check.KEEPS: _("kept by this: {what}"),
        Check.RECIPIENTS: _("to {what}"),
    }
    return words[finding.check].format(what=what, at=at)
