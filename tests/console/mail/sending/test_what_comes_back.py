"""A server takes an answer and another one sends it back: the delivery report tells whom it did not reach."""

import pytest
from servers.boxes import letter
from servers.postfix import BOUNCED

from storage.kinds import Automatic, Delivery, Status


@pytest.fixture
def returning(desk, postfix):
    """The desk at an address whose mail comes back into its own mailbox."""
    home = desk.box.server.home / "homes" / desk.box.user / "Maildir"
    address = postfix.into(home)
    desk.account = desk.account.model_copy(update={"address": address})
    desk.box.account = desk.account
    desk.box.deliver(letter(1, sender="ana@customer.example", to=address))
    desk.sync()
    return desk


def test_a_delivery_report_joins_its_conversation_and_fails_the_recipient_that_it_names(returning, postfix) -> None:
    desk = returning
    sent = desk.send(to=f"iris@customer.example, {BOUNCED}")
    desk.sync()
    assert desk.states(sent.message_id) == [Delivery.ACCEPTED, Delivery.ACCEPTED]
    postfix.until_idle()
    desk.sync()
    view = desk.view(1)
    # All within one second here, by servers that tell no part of one: the order is not the point.
    assert sorted(one.automatic for one in view.messages) == [Automatic.BOUNCE, Automatic.NO, Automatic.NO]
    told = desk.delivery(sent.message_id)
    assert [one.state for one in told.recipients] == [Delivery.FILED, Delivery.FAILED]
    assert "mailbox is full" in told.recipients[1].words
    assert view.status is Status.WAITING  # somebody was reached


def test_what_comes_back_from_everybody_was_no_answer(returning, postfix) -> None:
    desk = returning
    sent = desk.send(to=BOUNCED)
    desk.sync()
    postfix.until_idle()
    desk.sync()
    assert desk.states(sent.message_id) == [Delivery.FAILED]
    view = desk.view(1)
    assert view.status is Status.OPEN
    assert view.waiting_since is not None
