"""API1, broken object level authorization: the ids of another company, wherever a request can name one."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx

from tests.attack.allowed import PUBLIC, REFUSED_LATER
from tests.attack.ledger import Ledger
from tests.attack.openapi import JSON, LONG, Operation, named, operations, uuids_in
from tests.attack.town import Town
from tests.e2e.house import new_person
from tests.waiting import wait_until

ANY_SHARE = 1 if LONG else 2
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[0-9:.]+Z")
INJECTIONS = (
    "%",
    "_",
    "' OR 1=1 --",
    "') OR company_id IS NOT NULL --",
    "*",
    "\\",
    "(a+)+$",
    "\u202e",
)
SMUGGLED = {
    "company": "{company_id}",
    "company__id": "{company_id}",
    "company_id__in": "{company_id}",
    "department__company_id": "{company_id}",
    "tenant": "{company_id}",
    "_connector": "OR",
    "ordering": "company__name",
    "order_by": "-salary",
    "fields": "password",
    "expand": "user.password",
    "all_companies": "on",
}
HEADERS = (
    "X-Company-ID", "X-Tenant-ID", "X-Company_ID", "X-User-ID", "X-Forwarded-User", "X-Remote-User",
    "Remote-User", "X-Role", "X-Original-URL", "X-Rewrite-URL",
)  # fmt: skip


def lists(town: Town) -> Iterator[Operation]:
    """Everything that is read without naming a thing."""
    for each in operations(town.house, share=ANY_SHARE):
        if each.is_reading and each.key not in PUBLIC and not each.path_names:
            yield each


def writes(town: Town) -> Iterator[Operation]:
    """Everything that takes a JSON body and changes something."""
    for each in operations(town.house, share=ANY_SHARE):
        if JSON in each.facts.get("requestBody", {}).get("content", {}) and each.key not in PUBLIC:
            yield each


def test_no_list_shows_what_another_company_has(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: lists") as attack, town.untouched(attack):
        for operation in lists(town):
            found = town.told(town.send(town.stranger.token, operation))
            attack.holds(not found, f"{operation} tells {found}")


def test_no_filter_leads_into_another_company(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: filters") as attack, town.untouched(attack):
        for operation in lists(town):
            for name in operation.query_names:
                value = named(name, town.ids)
                if value is None:
                    continue
                asked, nothing = ({name: value}, {name: str(uuid4())})
                answer = town.send(town.stranger.token, operation, params=asked)
                nowhere = town.send(town.stranger.token, operation, params=nothing)
                told = town.told(answer)
                attack.holds(not told, f"{operation}?{name}= tells {told}")
                same = (answer.status_code, plain(answer)) == (nowhere.status_code, plain(nowhere))
                attack.holds(same, f"{operation}?{name}=: {plain(answer)[:150]} but {plain(nowhere)[:150]}")
                twice = f"{operation.path}?{name}={town.other_ids.get(name, uuid4())}&{name}={value}"
                refused = town.send(town.stranger.token, operation, path=twice)
                attack.holds(refused.is_client_error, f"{twice}: {refused.status_code}")


def plain(answer: httpx.Response) -> str:
    """An answer's text without ids and times."""
    return CHANGING.sub("", answer.text)


def test_no_search_finds_what_another_company_has(town: Town, ledger: Ledger) -> None:
    names = [town.manager.email, "Mariam", "fuzz", *INJECTIONS]
    with ledger.attack("API1 objects: search") as attack, town.untouched(attack):
        for operation in lists(town):
            for parameter in {"search", "q", "name", "tags", "category", "role", "type"} & set(
                operation.query_names
            ):
                for value in names:
                    answer = town.send(town.stranger.token, operation, params={parameter: value})
                    told = town.told(answer)
                    attack.holds(not told, f"{operation}?{parameter}={value} tells {told}")


def test_no_parameter_is_smuggled_into_a_query(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: smuggled parameters") as attack, town.untouched(attack):
        for operation in lists(town):
            for name, value in SMUGGLED.items():
                if name in operation.query_names:
                    continue
                params = {name: value.format(company_id=town.company)}
                answer = town.send(town.stranger.token, operation, params=params)
                # A list that is not for them is refused before its parameters are looked at.
                refused = answer.status_code in {httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.FORBIDDEN}
                attack.holds(refused, f"{operation}?{name}: {answer.status_code}")


def test_no_cursor_and_no_order_of_one_company_serves_another(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: cursors") as attack, town.untouched(attack):
        for operation in operations(town.house, share=1):
            if not operation.is_reading or "cursor" not in operation.query_names or operation.path_names:
                continue
            first = town.send(town.manager.token, operation, params={"limit": 1, "cursor": ""})
            cursor = first.json().get("pagination", {}).get("next_cursor")
            for stolen in filter(None, (cursor, f"{cursor}x", "eyJpZCI6IDB9", "0" * 40)):
                answer = town.send(town.stranger.token, operation, params={"cursor": stolen})
                told = town.told(answer)
                attack.holds(not told, f"{operation}?cursor= tells {told}")


def test_no_header_makes_somebody_of_another_company(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: headers") as attack, town.untouched(attack):
        for operation in lists(town):
            for header in HEADERS:
                value = "/companies" if "URL" in header else town.company
                answer = town.send(town.stranger.token, operation, headers={header: value})
                told = town.told(answer)
                attack.holds(not told, f"{operation} with {header} tells {told}")
                anonymous = town.send(None, operation, headers={header: town.manager.id})
                attack.holds(
                    anonymous.status_code == httpx.codes.UNAUTHORIZED, f"{operation} with {header} alone"
                )


def test_no_body_names_what_belongs_to_another_company(
    town: Town, ledger: Ledger, record_property: Callable[[str, object], None]
) -> None:
    """Each id in turn is the other company's, in a request that is a good one without it."""
    proved = []
    with ledger.attack("API1 objects: bodies") as attack, town.untouched(attack):
        for operation in writes(town):
            for name in sorted(operation.body_names):
                theirs = named(name, town.ids)
                if theirs is None:
                    continue
                own = town.others.named_in(operation.path, own=operation.path_names != ["company_id"])
                ids, path = dict(town.other_ids), operation.address(own)
                foreign = operation.body({**ids, name: theirs})
                answer = town.send(town.stranger.token, operation, path=path, **foreign)
                if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and name not in answer.text:
                    answer = town.send_fitting(town.stranger.token, operation, path=path, **foreign)
                refused = answer.is_client_error or operation.key in REFUSED_LATER
                attack.holds(refused, f"{operation}, {name}: {answer.status_code} {answer.text[:300]}")
                control = town.send_fitting(town.stranger.token, operation, path=path, **operation.body(ids))
                if control.is_success:
                    proved.append(f"{operation.key} {name}")
    record_property("bodies that were good but for the foreign id", len(proved))
    assert proved


def test_a_bulk_hire_crosses_no_border(town: Town, ledger: Ledger) -> None:
    good = new_person(town.others.company)
    rows = [
        good,
        new_person(town.company),
        new_person(town.others.company, department_id=town.ids["department_id"]),
        new_person(town.others.company, manager_id=town.ids["employee_id"]),
        new_person(town.others.company, user_id=town.manager.id, email=town.manager.email),
    ]
    with ledger.attack("API1 objects: bulk") as attack, town.untouched(attack):
        answer = town.stranger.ask("POST", "employee", "/employees/bulk", json={"employees": rows})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        path = f"/employees/bulk/{answer.json()['job']['id']}"
        wait_until(lambda: "finished_at" in town.stranger.get("employee", path)["job"], "all rows ended", 90)
        found = town.stranger.get("employee", f"{path}/rows", limit=100)["rows"]
        hired = [row["row"] for row in found if row["status"] == "completed"]
        attack.holds(len(hired) == 1, f"rows {hired} of {found} were hired")
        for row in found:
            attack.holds(
                not uuids_in(str(row)) & town.secrets - uuids_in(str(rows)),
                f"a row tells of the other company: {row}",
            )


def test_an_idempotency_key_of_somebody_else_answers_nothing(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API1 objects: another's Idempotency-Key") as attack:
        for operation in operations(town.house, share=1):
            names = {each["name"] for each in operation.facts.get("parameters", ())}
            if "Idempotency-Key" not in names:
                continue
            headers = {"Idempotency-Key": str(uuid4())}
            own, body = town.named_in(operation.path, own=True), operation.body(town.ids)
            path = operation.address(own)
            first = town.send(town.administrator.token, operation, path=path, headers=dict(headers), **body)
            for person in (town.stranger, town.reader, town.manager):
                answer = town.send(person.token, operation, path=path, headers=dict(headers), **body)
                replayed = "Idempotency-Replayed" in answer.headers
                attack.holds(not replayed, f"{operation}: the answer ({first.status_code}) to another person")


def test_reports_and_exports_hold_ones_own_company_only(town: Town, ledger: Ledger) -> None:
    kinds = ("headcount", "joiners", "leavers", "turnover", "leave", "deductions", "events")
    with ledger.attack("API1 objects: exports") as attack, town.untouched(attack):
        for kind in kinds:
            for company in (None, town.company):
                body = {"kind": kind, "format": "csv", **({"company_id": company} if company else {})}
                answer = town.stranger.ask("POST", "analytics", "/reports", json=body)
                if company:
                    attack.holds(answer.is_client_error, f"{kind} of {company}: {answer.status_code}")
                elif answer.is_success:
                    attack.holds(not held_by(town, answer.json()["report"]["id"]), f"{kind} tells of others")


def held_by(town: Town, report_id: str) -> set[str]:
    """The attacked company's ids in a report of the strangers'."""
    path = f"/reports/{report_id}"
    over = {"ready", "failed"}
    wait_until(
        lambda: town.stranger.get("analytics", path)["report"]["status"] in over, "the report is written", 120
    )
    return uuids_in(town.stranger.ask("GET", "analytics", f"{path}/download").text) & town.secrets
