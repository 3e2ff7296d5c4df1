"""Hiring many people by one request, with the sagas under it and the two other services played by the test."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from common.contracts.auth import CREATE_USER
from common.contracts.company import UPDATE_HEADCOUNT
from common.errors import DomainError
from common.sagas.models import SagaInstance, SagaState
from common.security.tenancy import all_companies, company_scope
from common.testing.boundaries import COMMIT, STATEMENT, Boundaries, enumerated
from common.testing.row_security import RowSecurityRules
from common.testing.threads import run_all
from employee_service.employees.models import BulkHire, BulkHireRow, Employee
from employee_service.employees.services import bulk
from employee_service.employees.services.bulk import bulk_hires_advance
from employee_service.employees.tasks import advance_bulk_hires
from employee_service.employees.tests.test_schema import strict
from employee_service.tests.neighbours import Neighbours

BULK = "/employees/bulk"
Json = dict[str, Any]
Sign = Callable[..., APIClient]


class ForeignDepartmentError(DomainError):
    code = "UNKNOWN_DEPARTMENT"
    default_message = "The department does not belong to this company."


@pytest.fixture
def sign_in(
    db: None, api: Callable[[str], APIClient], person_token: Callable[..., str], company_id: UUID
) -> Sign:
    def client(**claims: Any) -> APIClient:
        return api(person_token(**{"company_id": company_id, **claims}))

    return client


def person(number: int, **changes: Any) -> Json:
    """A person to hire."""
    return {
        "first_name": "Noura",
        "last_name": f"Al-Salem {number}",
        "email": f"p{number}@example.com",
        "position": "Tailor",
        "hire_date": "2026-11-22",
        "salary": 250.5,
        **changes,
    }


def people(count: int) -> list[Json]:
    return [person(number) for number in range(1, count + 1)]


def post(client: APIClient, employees: Any, address: str = BULK, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return client.post(address, {"employees": employees, **more}, headers=headers)


def begun(client: APIClient, employees: Any, **more: Any) -> Json:
    answer = post(client, employees, **more)
    assert answer.status_code == 202, answer.content
    job: Json = answer.json()["job"]
    assert answer.headers["Location"] == f"{BULK}/{job['id']}"
    return job


def counts(client: APIClient, job: Json) -> Json:
    """What of the job is not zero, with its state."""
    found = client.get(f"{BULK}/{job['id']}").json()["job"]
    return {"state": found["state"]} | {name: n for name, n in found["counts"].items() if n}


def rows_of(client: APIClient, job: Json, **query: Any) -> list[Json]:
    answer = client.get(f"{BULK}/{job['id']}/rows", {"limit": 100, **query})
    assert answer.status_code == 200, answer.content
    found: list[Json] = answer.json()["rows"]
    return found


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def stored() -> tuple[int, int, int]:
    with all_companies("looking at everything"):
        return BulkHire.objects.count(), BulkHireRow.objects.count(), SagaInstance.objects.count()


def end_sagas(state: SagaState, **values: Any) -> None:
    """As if all live sagas had come to this."""
    with all_companies("test"):
        live = SagaInstance.objects.filter(state=SagaState.RUNNING)
        final = state in {SagaState.COMPLETED, SagaState.COMPENSATED}
        live.update(
            state=state,
            wake_at=None,
            fence=1,
            **({"finished_at": "2026-11-22T00:00Z"} if final else {}),
            **values,
        )


def test_every_row_becomes_an_employee(neighbours: Neighbours, manager: APIClient, company_id: UUID) -> None:
    job = begun(manager, people(30))
    assert (job["state"], job["counts"]["total"], job["counts"]["waiting"]) == ("starting", 30, 30)
    advance_bulk_hires()
    assert counts(manager, job) == {"state": "running", "total": 30, "running": 30}
    neighbours.work()
    age()
    advance_bulk_hires()
    assert counts(manager, job) == {"state": "finished", "total": 30, "completed": 30}
    rows = rows_of(manager, job)
    assert [(row["row"], row["email"], row["status"]) for row in rows] == [
        (number, f"p{number}@example.com", "completed") for number in range(1, 31)
    ]
    hired = manager.get(f"/employees/{rows[6]['employee_id']}").json()["employee"]
    assert (hired["email"], hired["salary"]) == ("p7@example.com", 250.5)
    assert manager.get(f"/sagas/{rows[6]['saga_id']}").json()["saga"]["state"] == "completed"
    with company_scope(company_id):
        assert Employee.objects.count() == 30
        assert not BulkHireRow.objects.filter(data__isnull=False).exists()


def age() -> None:
    """Time passes until every job is looked at again."""
    with all_companies("test"):
        BulkHire.objects.filter(due_at__isnull=False).update(due_at="2026-01-01T00:00Z")


def test_forty_faulty_of_five_hundred_are_refused_by_field_and_the_others_start(sign_in: Sign) -> None:
    employees = people(500)
    faults: list[Json] = [
        {"email": "nobody"},
        {"colour": "red"},
        {"hire_date": "2035-01-01", "salary": "much"},
        {"first_name": None},
    ]
    for index in range(40):
        employees[index * 12] |= faults[index % 4]
    manager = sign_in()
    job = begun(manager, employees)
    assert job["counts"] | {"waiting": 0} == {
        "total": 500, "refused": 40, "not_started": 0, "waiting": 0, "running": 0, "completed": 0,
        "compensated": 0, "parked": 0,
    }  # fmt: skip
    refused = rows_of(manager, job, status="refused")
    assert [row["row"] for row in refused] == [index * 12 + 1 for index in range(40)]
    assert [sorted(row["error"]["details"]) for row in refused[:4]] == [
        ["email"], ["colour"], ["hire_date", "salary"], ["first_name"],
    ]  # fmt: skip
    assert {row["error"]["code"] for row in refused} == {"VALIDATION_ERROR"}
    assert bulk_hires_advance() == 460
    assert counts(manager, job) == {"state": "running", "total": 500, "refused": 40, "running": 460}


def test_no_row_is_hired_when_one_is_wrong_and_that_was_asked_for(sign_in: Sign) -> None:
    manager = sign_in()
    job = begun(manager, [*people(3), person(4, email="")], on_error="stop_before_start")
    assert bulk_hires_advance() == 0
    assert counts(manager, job) == {"state": "stopped", "total": 4, "refused": 1, "not_started": 3}
    assert [row["status"] for row in rows_of(manager, job)] == ["not_started"] * 3 + ["refused"]
    with all_companies("looking at everything"):
        assert not BulkHireRow.objects.filter(data__isnull=False).exists()
    good = begun(manager, people(3), on_error="stop_before_start")
    assert bulk_hires_advance() == 3
    assert counts(manager, good)["running"] == 3


def test_a_job_of_refused_rows_only_is_finished_at_once(sign_in: Sign) -> None:
    manager = sign_in()
    job = begun(manager, ["Noura", None, {}, person(1, salary=-1)])
    assert (job["state"], job["counts"]["refused"]) == ("finished", 4)
    assert "finished_at" in job
    by_row = [sorted(row["error"]["details"]) for row in rows_of(manager, job)]
    assert by_row[:2] == [["non_field_errors"], ["non_field_errors"]]
    assert by_row[2:] == [["email", "first_name", "hire_date", "last_name", "position"], ["salary"]]


def test_duplicates_in_the_request_are_refused_with_the_row_they_clash_with(sign_in: Sign) -> None:
    account = str(uuid4())
    employees = [
        person(1, employee_id="HR-1", user_id=account),
        person(2, email="P1@Example.com"),
        person(3, employee_id="HR-1"),
        person(4, user_id=account),
        person(5, email="p6@example.com", colour="red"),
        person(6),
    ]
    manager = sign_in()
    job = begun(manager, employees)
    refused = {row["row"]: row["error"] for row in rows_of(manager, job, status="refused")}
    assert {row: error["code"] for row, error in refused.items()} == {
        2: "DUPLICATE_ROW", 3: "DUPLICATE_ROW", 4: "DUPLICATE_ROW", 5: "VALIDATION_ERROR",
    }  # fmt: skip
    assert refused[2]["details"] == {"email": ["Row 1 has the same."], "row": 1}
    assert [refused[3]["details"]["row"], sorted(refused[4]["details"])] == [1, ["row", "user_id"]]
    # A row that is refused takes nothing away from a later one.
    assert job["counts"]["waiting"] == 2


def test_a_dry_run_says_what_is_wrong_and_stores_nothing(sign_in: Sign) -> None:
    answer = post(sign_in(), [person(1), person(2, email="x"), person(1)], f"{BULK}?dry_run=true")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["total"], body["refused"]) == (3, 2)
    assert [(row["row"], row["status"]) for row in body["rows"]] == [
        (1, "valid"), (2, "refused"), (3, "refused"),
    ]  # fmt: skip
    assert list(body["rows"][1]["error"]["details"]) == ["email"]
    assert body["rows"][2]["error"]["code"] == "DUPLICATE_ROW"
    assert stored() == (0, 0, 0)


def test_a_repeat_under_the_same_key_stores_one_job(sign_in: Sign) -> None:
    manager, key = sign_in(user_id=uuid4()), {"Idempotency-Key": "spring-intake"}
    first, second = (post(manager, people(5), headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.json() == second.json()
    assert stored()[:2] == (1, 5)
    assert code(post(manager, people(6), headers=key)) == (409, "IDEMPOTENCY_CONFLICT")


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs, and the database drops the connection."""


def cut(_name: str) -> None:
    connection.close()
    raise Killed


def boundaries(armed: str | None = None) -> Boundaries:
    return Boundaries(stop=cut, kinds=frozenset({STATEMENT, COMMIT}), armed=armed)


@pytest.mark.usefixtures("committed_db")
def test_killed_anywhere_and_run_again_no_row_starts_twice(
    manager: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    begun(manager, people(5))
    with enumerated(boundaries()) as counted:
        assert bulk_hires_advance() == 5
    # Between reads nothing has changed.
    changes = [
        name for name in counted.crossed if any(word in name for word in ("INSERT", "UPDATE", "commit"))
    ]
    assert sum(name.startswith("after commit") for name in changes) == 5
    for name in changes:
        close_all()
        job = begun(manager, people(5))
        with enumerated(boundaries(name)), pytest.raises(Killed):
            bulk_hires_advance()
        bulk_hires_advance()
        with all_companies("looking at everything"):
            rows = BulkHireRow.objects.filter(job=job["id"])
            sagas = SagaInstance.objects.filter(state=SagaState.RUNNING).values_list("id", flat=True)
            assert sorted(sagas) == sorted(row.saga_id for row in rows if row.saga_id), name
            assert len(sagas) == 5, name


def close_all() -> None:
    """Everything that was begun ends well."""
    end_sagas(SagaState.COMPLETED)
    age()
    bulk_hires_advance()


@pytest.mark.usefixtures("committed_db")
def test_workers_at_once_start_every_row_once(manager: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 5)
    jobs = [begun(manager, [person(100 * number + n) for n in range(35)]) for number in range(3)]
    started = run_all([bulk_hires_advance] * 3)
    # Each may have passed over a job that another one held.
    assert sum(started) + bulk_hires_advance() == 105 == stored()[2]
    assert [counts(manager, job)["running"] for job in jobs] == [35, 35, 35]


@pytest.mark.usefixtures("committed_db")
def test_two_who_retry_at_once_start_a_failed_row_once(
    manager: APIClient, api: Callable[[str], APIClient], person_token: Callable[..., str], company_id: UUID
) -> None:
    job = begun(manager, people(3))
    bulk_hires_advance()
    end_sagas(SagaState.COMPENSATED)

    def retry() -> int:
        client = api(person_token(company_id=company_id))
        return int(client.post(f"{BULK}/{job['id']}/retry").status_code)

    assert sorted(run_all([retry] * 3)) == [202, 409, 409]
    assert bulk_hires_advance() == 3


def test_rows_wait_while_too_many_sagas_do(sign_in: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROOM", 8)
    monkeypatch.setattr(bulk, "CHUNK", 3)
    manager = sign_in()
    first, second = begun(manager, people(10)), begun(manager, [person(n) for n in range(20, 25)])
    assert bulk_hires_advance() == 8
    # They take turns: the second does not wait for the end of the first.
    assert (counts(manager, first)["running"], counts(manager, second)["running"]) == (5, 3)
    age()
    assert bulk_hires_advance() == 0
    end_sagas(SagaState.COMPLETED)
    age()
    assert bulk_hires_advance() == 7
    assert counts(manager, first) == {"state": "running", "total": 10, "completed": 5, "running": 5}


def test_however_many_jobs_are_under_way_a_run_ends(sign_in: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LOOKS", 2)
    # A job that was looked at is due again at once, as on a machine too slow for them all.
    monkeypatch.setattr(bulk, "SOON", timedelta(0))
    for number in range(3):
        begun(sign_in(), [person(number)])
    bulk_hires_advance()
    bulk_hires_advance()
    with all_companies("test"):
        assert BulkHire.objects.filter(due_at__isnull=False).count() == 3


def test_a_department_of_another_company_undoes_that_row_and_a_retry_hires_it(
    neighbours: Neighbours, manager: APIClient
) -> None:
    department = str(uuid4())
    neighbours.refusals[UPDATE_HEADCOUNT] = ForeignDepartmentError(details={"department_id": department})
    job = begun(manager, [person(1, department_id=department)])
    bulk_hires_advance()
    neighbours.work()
    age()
    bulk_hires_advance()
    assert counts(manager, job) == {"state": "finished", "total": 1, "compensated": 1}
    (failed,) = rows_of(manager, job, status="compensated")
    assert failed["error"] == {
        "code": "UNKNOWN_DEPARTMENT",
        "message": "The department does not belong to this company.",
        "details": {"department_id": department},
    }
    assert "employee_id" not in failed
    neighbours.refusals.clear()
    answer = manager.post(f"{BULK}/{job['id']}/retry")
    assert (answer.status_code, answer.json()["job"]["state"]) == (202, "starting")
    assert answer.headers["Location"] == f"{BULK}/{job['id']}"
    bulk_hires_advance()
    neighbours.work()
    (row,) = rows_of(manager, job)
    assert (row["status"], row["attempt"]) == ("completed", 2)
    assert row["saga_id"] != failed["saga_id"]
    assert manager.get(f"/employees/{row['employee_id']}").status_code == 200
    assert neighbours.commands[CREATE_USER]["email"] == "p1@example.com"


def test_a_retry_starts_each_failed_row_once_and_no_other(sign_in: Sign) -> None:
    manager = sign_in()
    job = begun(manager, [*people(4), person(5, email="x")])
    bulk_hires_advance()
    with all_companies("test"):
        lucky = BulkHireRow.objects.filter(number=2).values("saga_id")
        SagaInstance.objects.filter(id__in=lucky).update(
            state=SagaState.COMPLETED, wake_at=None, finished_at="2026-11-22T00:00Z"
        )
    end_sagas(SagaState.COMPENSATED, error_code="SEAT_LIMIT_REACHED")
    assert manager.post(f"{BULK}/{job['id']}/retry").status_code == 202
    assert code(manager.post(f"{BULK}/{job['id']}/retry")) == (409, "NOTHING_TO_RETRY")
    assert bulk_hires_advance() == 3
    assert [(row["row"], row["status"], row["attempt"]) for row in rows_of(manager, job)] == [
        (1, "running", 2), (2, "completed", 1), (3, "running", 2), (4, "running", 2), (5, "refused", 1),
    ]  # fmt: skip
    end_sagas(SagaState.COMPENSATED)
    assert manager.post(f"{BULK}/{job['id']}/retry").status_code == 202
    assert stored()[2] == 7


def test_a_hire_that_waits_for_an_operator_keeps_its_job_open(sign_in: Sign) -> None:
    manager = sign_in()
    job = begun(manager, people(2))
    bulk_hires_advance()
    end_sagas(SagaState.PARKED)
    age()
    bulk_hires_advance()
    assert counts(manager, job) == {"state": "parked", "total": 2, "parked": 2}
    with all_companies("test"):
        SagaInstance.objects.update(state=SagaState.RUNNING, wake_at="2026-11-22T00:00Z")
    end_sagas(SagaState.COMPLETED)
    age()
    bulk_hires_advance()
    assert counts(manager, job) == {"state": "finished", "total": 2, "completed": 2}


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_only_who_may_hire_may_hire_many(sign_in: Sign, role: str) -> None:
    job = begun(sign_in(), people(1))
    other = sign_in(role=role)
    assert code(post(other, people(1))) == (403, "FORBIDDEN")
    for address in (BULK, f"{BULK}/{job['id']}", f"{BULK}/{job['id']}/rows"):
        assert code(other.get(address)) == (403, "FORBIDDEN")
    assert code(other.post(f"{BULK}/{job['id']}/retry")) == (403, "FORBIDDEN")


def test_a_job_of_another_company_does_not_exist(sign_in: Sign) -> None:
    job = begun(sign_in(), people(1))
    stranger = sign_in(company_id=uuid4())
    for answer in (
        stranger.get(f"{BULK}/{job['id']}"),
        stranger.get(f"{BULK}/{job['id']}/rows"),
        stranger.post(f"{BULK}/{job['id']}/retry"),
        stranger.get(f"{BULK}/{uuid4()}"),
    ):
        assert code(answer) == (404, "NOT_FOUND")
    assert stranger.get(BULK).json()["jobs"] == []


def test_nobody_hires_into_another_company_by_naming_it(sign_in: Sign, company_id: UUID) -> None:
    manager = sign_in()
    employees = [person(1, company_id=str(uuid4())), person(2, company_id=str(company_id))]
    job = begun(manager, employees)
    (refused,) = rows_of(manager, job, status="refused")
    assert (refused["row"], list(refused["error"]["details"])) == (1, ["company_id"])
    assert job["company_id"] == str(company_id)


def test_a_super_administrator_names_one_company_in_the_rows(sign_in: Sign, company_id: UUID) -> None:
    admin = sign_in(role="super_admin", company_id=None)
    answer = post(admin, people(2))
    assert (code(answer), list(answer.json()["error"]["details"])) == (
        (422, "VALIDATION_ERROR"),
        ["company_id"],
    )
    employees = [person(1), person(2, company_id=str(company_id)), person(3, company_id=str(uuid4()))]
    job = begun(admin, employees)
    assert job["company_id"] == str(company_id)
    assert [row["row"] for row in rows_of(admin, job, status="refused")] == [3]
    assert [found["id"] for found in admin.get(BULK).json()["jobs"]] == [job["id"]]
    assert [found["id"] for found in sign_in().get(BULK).json()["jobs"]] == [job["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"employees": []}, "employees"),
        ({}, "employees"),
        ({"employees": {"0": person(1)}}, "employees"),
        ({"employees": [{}] * 5001}, "employees"),
        ({"employees": people(1), "on_error": "ignore"}, "on_error"),
        ({"employees": people(1), "colour": "red"}, "colour"),
    ],
    ids=["empty", "missing", "object", "5001", "on_error", "unknown"],
)
def test_a_body_of_another_shape_is_refused_whole(sign_in: Sign, body: Json, field: str) -> None:
    answer = sign_in().post(BULK, body)
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == [field]
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("address", [f"{BULK}?dry=1", f"{BULK}?dry_run=maybe", f"{BULK}?status=refused"])
def test_unknown_parameters_are_refused(sign_in: Sign, address: str) -> None:
    assert code(post(sign_in(), people(1), address)) == (422, "VALIDATION_ERROR")


def test_only_this_address_reads_large_bodies_and_it_reads_none_of_20_megabytes(sign_in: Sign) -> None:
    manager = sign_in()
    long = {"phone": "5" * 3_000_000}
    assert post(manager, [person(1, **long)]).status_code == 202
    assert code(manager.post("/employees", person(1, **long))) == (413, "PAYLOAD_TOO_LARGE")
    assert code(post(manager, [person(1, phone="5" * 20_000_000)])) == (413, "PAYLOAD_TOO_LARGE")


def test_lists_are_paged_and_cost_the_same_for_one_and_for_many(sign_in: Sign) -> None:
    manager = sign_in()

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(address).status_code == 200
        return len(captured)

    job = begun(manager, people(25))
    addresses = [BULK, f"{BULK}/{job['id']}/rows", f"{BULK}/{job['id']}/rows?status=running"]
    before = [queries(address) for address in addresses]
    newest = [begun(manager, people(3))["id"] for _ in range(4)][-1]
    bulk_hires_advance()
    assert [queries(address) for address in addresses] == before
    assert manager.get(BULK).json()["jobs"][0]["id"] == newest
    page = manager.get(f"{BULK}/{job['id']}/rows?limit=20&cursor=").json()
    rest = rows_of(manager, job, cursor=page["pagination"]["next_cursor"])
    assert [row["row"] for row in rest] == [21, 22, 23, 24, 25]


def test_errors_are_told_in_the_readers_language(sign_in: Sign) -> None:
    manager = sign_in()
    job = begun(manager, [person(1), person(1)])
    bulk_hires_advance()
    end_sagas(
        SagaState.COMPENSATED,
        error_code="EMPLOYEE_EXISTS",
        error_message="This person is already employed by this company.",
    )
    rows = manager.get(f"{BULK}/{job['id']}/rows", headers={"Accept-Language": "ar"}).json()["rows"]
    assert all("\u0600" <= row["error"]["message"][0] <= "\u06ff" for row in rows)


def test_answers_look_as_described(sign_in: Sign) -> None:
    manager = sign_in()
    document: Json = SchemaGenerator().get_schema(request=None, public=True)
    components = strict(document["components"])

    def check(answer: Any, path: str, method: str) -> None:
        described = document["paths"][path][method]["responses"][str(answer.status_code)]
        schema = described["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": components})

    employees = [*people(3), person(3), person(5, email="x"), person(6)]
    check(post(manager, employees, f"{BULK}?dry_run=true"), BULK, "post")
    answer = post(manager, employees)
    check(answer, BULK, "post")
    bulk_hires_advance()
    with all_companies("test"):
        first = BulkHireRow.objects.filter(number=1).values("saga_id")
        SagaInstance.objects.filter(id__in=first).update(
            state=SagaState.COMPLETED, wake_at=None, finished_at="2026-11-22T00:00Z"
        )
    end_sagas(SagaState.COMPENSATED, error_code="X", error_message="No.", error_details={"seats": 0})
    address = answer.headers["Location"]
    check(manager.get(address), f"{BULK}/{{job_id}}", "get")
    check(manager.get(f"{address}/rows"), f"{BULK}/{{job_id}}/rows", "get")
    check(manager.post(f"{address}/retry"), f"{BULK}/{{job_id}}/retry", "post")
    check(manager.post(f"{address}/retry", {"rows": [1]}), f"{BULK}/{{job_id}}/retry", "post")
    check(manager.get(BULK), BULK, "get")


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset({"bulk_hires", "bulk_hire_rows"})

    def fill(self, company_id: UUID) -> None:
        job = BulkHire.objects.create(
            company_id=company_id, actor_id=uuid4(), total=1, refused=0, due_at="2026-01-01T00:00Z"
        )
        BulkHireRow.objects.create(company_id=company_id, job=job, number=1)
