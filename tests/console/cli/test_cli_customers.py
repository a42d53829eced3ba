"""`plantao customer`, `organization` and `field`: who is meant, what is known of them, and all of it undone."""

import io
import json
import sys

import pytest

from storage.kinds import Subject
from storage.kinds.profiles import Sort
from storage.rules.profile import FIELDS


def rows(said) -> list[dict]:
    assert said.status == 0, said.err
    return [json.loads(line) for line in said.out.splitlines()]


def one(said) -> dict:
    (row,) = rows(said)
    return row


@pytest.fixture
def desk(run, filled):
    """Six customers of one organization, 1 and 3 to 7, and 2, to whom they write."""
    return run


def test_customers_are_listed_and_found_by_words(desk):
    assert [row["customer_id"] for row in rows(desk("customer", "list", "--json"))] == [1, 2, 3, 4, 5, 6, 7]
    row = one(desk("customer", "list", "CLIENTE", "c2@", "--json"))
    assert row == {
        "customer_id": 3,
        "name": "Cliente 2",
        "kind": "customer",
        "addresses": [{"address": "c2@cliente.example", "kind": "email", "group": row["addresses"][0]["group"]}],
        "organization_id": 1,
        "organization": "cliente.example",
    }
    assert desk("customer", "list", "nobody").out == ""
    assert len(rows(desk("customer", "list", "-n", "2", "--json"))) == 2
    assert len(rows(desk("customer", "list", "-n", "0", "--json"))) == 7
    assert desk("customer", "list", "-n", "-1").status == 2
    assert desk("customer", "list", "--kind", "vendor").out == ""
    assert "#1       Cliente 1                c1@cliente.example" in desk("customer", "list").out


@pytest.mark.parametrize("who", ["3", "#3", "C2@cliente.EXAMPLE", "cliente 2"])
def test_a_customer_is_meant_by_number_address_or_name(desk, who):
    assert one(desk("customer", "show", who, "--json"))["customer_id"] == 3


def test_a_name_that_several_bear_names_them_and_changes_nothing(desk):
    assert (
        desk("customer", "set", "4", "name=Ana Lúcia").status == desk("customer", "set", "3", "name=Ana Lucia").status
    )
    said = desk("customer", "set", "ana lucia", "role=x")
    assert said.status == 2
    assert "#3 Ana Lucia <c2@cliente.example>, #4 Ana Lúcia <c3@cliente.example>" in said.err
    assert one(desk("customer", "show", "3", "--json"))["fields"] == {}
    for who in ("Nobody", "99", "99@x.example"):
        said = desk("customer", "show", who)
        assert (said.status, f"There is no customer {who}" in said.err) == (1, True)


def test_fields_are_set_emptied_shown_and_taken_back(desk):
    row = one(desk("customer", "set", "1", "role= Head of  IT", "touch=HIGH", "--empty", "tone", "--json"))
    assert (row["fields"], row["filled"], row["done"]) == ({"role": "Head of IT", "touch": "high"}, 2, "set")
    shown = desk("customer", "show", "1").out
    assert "role: Head of IT\ntouch: high\n2 of " in shown
    row = one(desk("customer", "set", "1", "--empty", "role", "touch=low", "--json"))
    assert row["fields"] == {"touch": "low"}
    assert desk("undo").status == 0
    assert one(desk("customer", "show", "1", "--json"))["fields"] == {"role": "Head of IT", "touch": "high"}


def test_every_field_of_every_desk_is_set_here(desk):
    says = {Sort.NUMBER: "42", Sort.DATE: "2026-01-31", Sort.LANGUAGE: "es", Sort.ZONE: "Europe/Madrid"}
    assert desk("customer", "set", "1", "role=x").status == 0  # whoever acts first is an agent from then on
    agent = rows(desk("agent", "list", "--json"))[0]["agent"]
    for subject, command in ((Subject.PERSON, "customer"), (Subject.ORGANIZATION, "organization")):
        fields = [field for field in FIELDS if field.subject is subject]
        values = {
            field.name: field.choices[-1]
            if field.choices
            else agent
            if field.sort is Sort.AGENT
            else says.get(field.sort, "Some words")
            for field in fields
        }
        row = one(desk(command, "set", "1", *(f"{name}={value}" for name, value in values.items()), "--json"))
        assert row["name"] == values.pop("name")
        assert row.get("kind") == values.pop("kind", None)
        assert row["fields"] == values
        assert one(desk(command, "set", "1", *(f"--empty={name}" for name in values), "--json"))["fields"] == {}


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ((), 2, "Nothing is said"),
        (("role",), 2, "is no value"),
        (("shoe=42",), 2, "There is no field shoe; there are name, kind, role"),
        (("liefcycle=new",), 2, "There is no field liefcycle; did you mean lifecycle?"),
        (("touch=gentle",), 2, "gentle is none of tech, low, mid, high, smart"),
        (("role=a", "since=31/12/2026"), 2, "is no date"),
        (("role=a", "--empty", "role"), 2, "role is said twice"),
        (("owner=zeus",), 1, "Nobody here is called zeus"),
    ],
)
def test_what_cannot_be_set_is_said_and_nothing_of_it_is(desk, words, status, sentence):
    said = desk("customer", "set", "1", *words)
    assert (said.status, sentence in said.err) == (status, True), said.err
    assert one(desk("customer", "show", "1", "--json"))["fields"] == {}


def test_a_customer_is_reached_by_more_and_by_less(desk):
    row = one(desk("customer", "address", "add", "1", "+55 (11) 98765-4321", "--kind", "whatsapp", "--json"))
    assert [each["address"] for each in row["addresses"]] == ["c1@cliente.example", "+5511987654321"]
    assert len({each["group"] for each in row["addresses"]}) == 1
    assert one(desk("customer", "show", "+55 11 98765 4321", "--json"))["customer_id"] == 1
    assert "merge the two" in desk("customer", "address", "add", "1", "c2@cliente.example").err
    assert desk("customer", "address", "remove", "1", "+5511987654321").status == 0
    said = desk("customer", "address", "remove", "1", "c1@cliente.example")
    assert (said.status, "the only address" in said.err) == (1, True)
    assert "none of their addresses" in desk("customer", "address", "remove", "1", "c2@cliente.example").err


def test_notes_and_assets_of_customers_and_organizations(desk, monkeypatch):
    row = one(desk("customer", "note", "add", "1", "Rings", "before noon.", "--json"))
    assert (row["text"], row["pinned"], row["subject"], row["subject_id"]) == ("Rings before noon.", False, "person", 1)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("# Ação\n\x1b[2Jlong\n".encode())))
    row = one(desk("customer", "note", "add", "1", "-", "--pin", "--json"))
    assert (row["text"], row["pinned"]) == ("# Ação\n[2Jlong", True)
    notes = rows(desk("customer", "note", "list", "c1@cliente.example", "--json"))
    assert [each["entry_id"] for each in notes] == [2, 1]  # pinned ones first
    assert one(desk("customer", "note", "change", "1", "--pin", "--json"))["text"] == "Rings before noon."
    assert one(desk("customer", "note", "change", "1", "After noon.", "--unpin", "--json"))["text"] == "After noon."
    assert desk("customer", "note", "change", "1").status == desk("customer", "note", "add", "1").status == 2
    assert desk("customer", "note", "remove", "1").status == 0
    said = desk("customer", "note", "change", "1", "x")
    assert (said.status, "There is no note 1" in said.err) == (1, True)
    assert desk("undo").status == 0
    row = one(
        desk("organization", "asset", "add", "1", "Front desk", "--sort", "printer", "--serial", "SN 7", "--json")
    )
    assert (row["name"], row["sort"], row["serial"], row["place"]) == ("Front desk", "printer", "SN 7", None)
    row = one(desk("organization", "asset", "change", str(row["entry_id"]), "--place", "Lobby", "--json"))
    assert (row["sort"], row["place"]) == ("printer", "Lobby")
    assert desk("organization", "asset", "change", str(row["entry_id"])).status == 2
    assert "Front desk · printer · SN 7 · Lobby" in desk("organization", "show", "1").out
    assert "    After noon." in desk("customer", "show", "1").out
    assert "\x1b" not in desk("customer", "show", "1").out
    assert len(one(desk("customer", "show", "1", "--json"))["notes"]) == 2


def test_a_number_that_was_merged_leads_to_who_stays(desk):
    assert desk("customer", "set", "4", "role=Buyer").status == 0
    assert "the same from now on" in desk("customer", "merge", "1", "c3@cliente.example").out
    assert desk("customer", "merge", "5", "1").status == 0
    for who in ("1", "4", "c3@cliente.example", "5"):
        assert one(desk("customer", "show", who, "--json"))["customer_id"] == 5
    assert [row["customer_id"] for row in rows(desk("customer", "list", "--json"))] == [2, 3, 5, 6, 7]
    assert one(desk("customer", "show", "5", "--json"))["fields"] == {"role": "Buyer"}
    said = desk("customer", "merge", "5", "4")
    assert (said.status, "the same customer" in said.err) == (1, True)
    assert desk("undo").status == desk("undo").status == 0
    assert one(desk("customer", "show", "4", "--json"))["customer_id"] == 4


def test_organizations_are_made_named_put_below_each_other_and_given_domains(desk):
    assert one(desk("organization", "list", "cliente", "--json"))["organization_id"] == 1
    assert one(desk("organization", "set", "cliente.example", "name=Cliente S.A.", "size=1200", "--json"))[
        "fields"
    ] == {"size": "1200"}
    row = one(desk("organization", "new", "Holding", "--json"))
    assert (row["organization_id"], row["name"], row["domains"]) == (3, "Holding", [])
    assert one(desk("organization", "parent", "cliente s.a.", "holding", "--json"))["parent"] == "Holding"
    assert "subsidiary of Holding (#3)" in desk("organization", "show", "1").out
    said = desk("organization", "parent", "holding", "1")
    assert (said.status, "below itself" in said.err) == (1, True)
    assert one(desk("organization", "parent", "1", "none", "--json"))["parent_id"] is None
    row = one(desk("organization", "domain", "add", "3", "@Holding.Example", "--json"))
    assert [each["domain"] for each in row["domains"]] == ["holding.example"]
    assert desk("organization", "domain", "add", "3", "gmail.com").status == 2
    assert desk("organization", "domain", "remove", "@holding.example", "holding.example").status == 0
    assert "none of its domains" in desk("organization", "domain", "remove", "3", "holding.example").err
    row = one(desk("customer", "organization", "1", "holding", "--json"))
    assert (row["organization_id"], row["organization"]) == (3, "Holding")
    assert one(desk("customer", "organization", "1", "none", "--json"))["organization"] is None
    assert "There is no organization nowhere" in desk("customer", "organization", "1", "nowhere").err
    assert [row["name"] for row in rows(desk("organization", "list", "hold", "--json"))] == ["Holding"]


def test_the_desk_has_fields_of_its_own(desk):
    made = ("--of", "organization", "--block", "journey", "--sort", "choice", "--choice", "Gold", "--choice", "Silver")
    row = one(desk("field", "add", "contract", *made, "--label", "Contract", "--json"))
    own = {
        "name": "contract",
        "of": "organization",
        "block": "journey",
        "sort": "choice",
        "choices": ["Gold", "Silver"],
        "label": "Contract",
        "own": True,
    }
    assert row == {**own, "done": "add"}
    fields = rows(desk("field", "list", "--of", "organization", "--json"))
    assert fields[-1] == own
    assert not any(field["own"] for field in fields[:-1])
    assert desk("organization", "set", "1", "contract=gold").status == 0
    assert "contract: Gold  (Contract)" in desk("organization", "show", "1").out
    said = desk("field", "add", "contract", *made)
    assert (said.status, "a field of that name" in said.err) == (1, True)
    assert desk("field", "add", "shoe", "--sort", "choice").status == 2
    assert desk("field", "remove", "contract").status == 1  # of persons there is none
    assert desk("field", "remove", "contract", "--of", "organization").status == 0
    assert desk("organization", "set", "1", "contract=silver").status == 2
    assert desk("undo").status == 0
    assert desk("organization", "set", "1", "contract=silver").status == 0
