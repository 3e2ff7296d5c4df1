"""Every operation of the six documents, by everybody who may not: a new endpoint is attacked by itself."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.attack.allowed import OWN_AFFAIRS, PUBLIC, READS_BY_POST
from tests.attack.forgeries import service_token, signed_by_auth
from tests.attack.ledger import Ledger
from tests.attack.openapi import Operation, operations
from tests.attack.town import Town
from tests.e2e.fuzzing.things import MAKERS
from tests.e2e.house import Person
from tests.waiting import wait_until

EVERY_SERVICE = 6
TOKENS_IN_PATHS = {"token"}


def closed(town: Town) -> Iterator[Operation]:
    """Operations that somebody must sign in for."""
    return (each for each in operations(town.house) if each.key not in PUBLIC)


def request_of(town: Town, operation: Operation) -> dict[str, Any]:
    return operation.body(town.ids)


def test_only_what_is_listed_is_open_to_everybody(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API9 inventory") as attack:
        found = {each.key: each.is_public for each in operations(town.house, share=1)}
        for name, public in found.items():
            attack.holds(public == (name in PUBLIC), f"{name} is{'' if public else ' not'} open to everybody")
        for name in (*PUBLIC, *OWN_AFFAIRS, *READS_BY_POST):
            attack.holds(name in found, f"{name} is in a list and in no document")


def test_everything_that_addresses_name_can_be_made(town: Town) -> None:
    """Otherwise the attacks would knock at doors that lead nowhere."""
    named = {name for each in operations(town.house, share=1) for name in each.path_names}
    assert named - TOKENS_IN_PATHS <= set(MAKERS)


@pytest.mark.parametrize("who", ["no token", "expired", "another service's token", "revoked"])
def test_without_a_good_token_every_operation_is_closed(town: Town, ledger: Ledger, who: str) -> None:
    token = bad_token(town, who)
    with ledger.attack(f"every operation: {who}") as attack, town.untouched(attack):
        for operation in closed(town):
            answer = town.send(token, operation, **request_of(town, operation))
            attack.holds(answer.status_code == httpx.codes.UNAUTHORIZED, f"{operation}: {answer.status_code}")
            attack.holds(not town.told(answer), f"{operation} tells {town.told(answer)}")


def bad_token(town: Town, who: str) -> str | None:
    """What opens nothing, though once or elsewhere it did."""
    if who == "expired":
        return signed_by_auth(town.house, town.manager)["expired"]
    if who == "another service's token":
        return service_token(town.house, "employee", "hrms")
    if who == "revoked":
        person = town.member(town.company, "company_manager")
        assert person.ask("POST", "auth", "/logout", json={}).is_success
        wait_until(lambda: len(person.refused_by()) == EVERY_SERVICE, "all six know that the session ended")
        return person.token
    return None


def may_be_refused(answer: httpx.Response) -> bool:
    return answer.status_code in {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}


@pytest.mark.parametrize("who", ["powerless", "reader"])
def test_a_lower_role_does_not_get_at_what_needs_a_right(town: Town, ledger: Ledger, who: str) -> None:
    person: Person = getattr(town, who)
    with ledger.attack(f"every operation: lower role ({who})") as attack, town.untouched(attack):
        for operation in closed(town):
            if operation.key in OWN_AFFAIRS or (who == "reader" and reads(operation)):
                continue
            answer = town.send(person.token, operation, **request_of(town, operation))
            attack.holds(may_be_refused(answer), f"{operation}: {answer.status_code} {answer.text[:200]}")


def reads(operation: Operation) -> bool:
    return operation.is_reading or operation.key in READS_BY_POST


def test_another_companys_manager_gets_at_nothing_by_its_address(town: Town, ledger: Ledger) -> None:
    with ledger.attack("every operation: other company") as attack, town.untouched(attack):
        for operation in closed(town):
            if not operation.path_names:
                continue
            options = request_of(town, operation)
            answer = town.send_fitting(town.stranger.token, operation, **options)
            attack.holds(may_be_refused(answer), f"{operation}: {answer.status_code} {answer.text[:200]}")
            told = town.told(answer, options=options)
            attack.holds(not told, f"{operation} tells {told}")


def test_the_things_of_others_are_answered_for_as_if_they_did_not_exist(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: is there anything") as attack:
        for operation in closed(town):
            if not operation.path_names or not operation.is_reading:
                continue
            there = town.send(town.stranger.token, operation)
            nowhere = town.send(town.stranger.token, operation, path=operation.address({}))
            same = (there.status_code, error_of(there)) == (nowhere.status_code, error_of(nowhere))
            attack.holds(same, f"{operation}: {there.text[:200]} but {nowhere.text[:200]}")


def error_of(answer: httpx.Response) -> object:
    return answer.json().get("error")
