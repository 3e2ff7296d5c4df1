"""API3, broken object property level authorization: fields nobody was offered."""

from collections.abc import Iterator

import httpx

from tests.attack.allowed import PUBLIC
from tests.attack.ledger import Ledger
from tests.attack.openapi import JSON, LONG, Operation, field_schema, operations
from tests.attack.town import Town

SMUGGLED = {
    "id": "00000000-0000-4000-8000-000000000000",
    "company_id": "00000000-0000-4000-8000-000000000000",
    "user_id": "00000000-0000-4000-8000-000000000000",
    "actor_id": "00000000-0000-4000-8000-000000000000",
    "is_staff": True,
    "is_superuser": True,
    "role": "super_admin",
    "level": 5,
    "perms": ["companies:delete"],
    "permissions": ["companies:delete"],
    "email_verified": True,
    "is_active": True,
    "seat_limit": 10_000,
    "salary": 1,
    "status": "approved",
    "approved_by": "00000000-0000-4000-8000-000000000000",
    "created_at": "2020-01-01T00:00:00Z",
    "created_by": "00000000-0000-4000-8000-000000000000",
    "version": 99,
    "password": "a password of the attacker's",
    "__proto__": {"is_staff": True},
}
TOGETHER = {"id", "is_superuser", "created_at", "version", "__proto__"}
"""Those of a short run."""


def test_no_field_is_taken_that_was_not_offered(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API3 properties: smuggled fields") as attack, town.untouched(attack):
        for operation, offered in bodies(town):
            good = operation.body(town.ids)["json"]
            for name, value in SMUGGLED.items():
                if name in offered or not (LONG or name in TOGETHER):
                    continue
                answer = town.send(
                    town.administrator.token, operation, json={**good, name: value}, headers={"Prefer": "dry"}
                )
                attack.holds(
                    answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY,
                    f"{operation} takes {name}: {answer.status_code} {answer.text[:200]}",
                )


def bodies(town: Town) -> Iterator[tuple[Operation, set[str]]]:
    """Operations with a JSON body, and the fields that they offer."""
    for operation in operations(town.house):
        content = operation.facts.get("requestBody", {}).get("content", {})
        if JSON in content:
            yield operation, set(field_schema(town.house, operation).get("properties", {}))


def test_nobody_raises_themselves(town: Town, ledger: Ledger) -> None:
    """A manager gives nobody, and least of all themselves, what they do not have."""
    person = town.stranger
    membership = person.get("auth", f"/users/{person.id}/memberships")["memberships"][0]["id"]
    role = {"name": "Almighty", "level": 5, "permissions": ["companies:delete"]}
    invited = {"email": "raised@attack.example", "first_name": "A", "last_name": "B"}
    tries = [
        ("POST", f"/users/{person.id}/roles", {"role": "super_admin"}),
        ("POST", f"/users/{person.id}/roles", {"role": "super_admin", "company_id": None}),
        ("POST", f"/users/{person.id}/memberships", {"role": "super_admin"}),
        ("POST", f"/users/{person.id}/memberships", {"role": "company_manager", "company_id": town.company}),
        ("PUT", f"/users/{person.id}/memberships/{membership}", {"role": "super_admin"}),
        ("POST", f"/users/{town.manager.id}/memberships", {"role": "worker"}),
        ("POST", "/roles", role),
        ("POST", "/roles", {**role, "level": 4}),
        ("POST", "/roles", {**role, "level": 4, "permissions": [], "name": "super_admin"}),
        ("POST", "/users", {**invited, "role": "super_admin"}),
        ("POST", "/users", {**invited, "role": "company_manager", "company_id": town.company}),
        ("PUT", "/profile", {"role": "super_admin"}),
        ("PUT", "/profile", {"email": town.manager.email}),
    ]
    with ledger.attack("API3 properties: raising oneself") as attack, town.untouched(attack):
        for method, path, body in tries:
            answer = person.ask(method, "auth", path, json=body)
            attack.holds(
                answer.is_client_error, f"{method} {path} {body}: {answer.status_code} {answer.text[:200]}"
            )
        rights = person.get("auth", f"/users/{person.id}/permissions")
        attack.holds("companies:delete" not in str(rights), f"{person.email} may now {rights}")


def test_what_may_not_be_seen_cannot_be_ordered_by(town: Town, ledger: Ledger) -> None:
    """Order and filters tell a value as surely as showing it."""
    guesses = {
        "salary",
        "civil_id",
        "passport_number",
        "residence_number",
        "password",
        "budget",
        "document_number",
    }
    with ledger.attack("API3 properties: order and filter") as attack:
        for operation in operations(town.house, share=1):
            if not operation.is_reading or operation.key in PUBLIC or operation.path_names:
                continue
            for name in guesses:
                attack.holds(name not in operation.query_names, f"{operation} is filtered by {name}")
                for parameter in {"sort_by", "group_by"} & set(operation.query_names):
                    answer = town.send(town.reader.token, operation, params={parameter: name})
                    attack.holds(
                        answer.is_client_error, f"{operation}?{parameter}={name}: {answer.status_code}"
                    )
