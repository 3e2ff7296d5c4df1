"""What the demo shows, one function a chapter; each leaves a quiet system."""

import http
import sqlite3
import time
from typing import Final
from uuid import UUID, uuid4

from common.runtime.client import Client
from common.runtime.demo.footprint import traces
from common.runtime.demo.scene import Scene
from common.runtime.layout import ROOT
from common.runtime.quiet import wait_quiet, wait_until

SOURCE: Final = "demo/hrms-elite-dev.db"
THREE: Final = ("auth", "company", "employee")
GOES_ON_WITHIN: Final = 6.0


def import_old_data(scene: Scene) -> None:
    """Imports the old application's file into three services; the events do the rest."""
    story, databases = scene.story, scene.databases
    story.chapter(f"Import the old application's file {SOURCE}")
    for service in THREE:
        reports = str(scene.stack.root / "legacy")
        done = scene.stack.manage(
            service,
            "import_legacy",
            "--source",
            SOURCE,
            "--run",
            "demo",
            "--report-dir",
            reports,
            check=False,
        )
        story.tell(f"{service}_service:")
        story.tell(done.stdout.strip())
        story.check(f"{service} accounts for every row", done.returncode == 0, done.stderr.strip()[-500:])
    wait_quiet(scene.stack, databases)
    old = {table: _rows_of_source(table) for table in ("users", "companies", "employees")}
    people = databases.value("employee", "SELECT count(*) FROM employees")
    accounts = databases.value(
        "auth",
        "SELECT count(*) FROM users WHERE id = ANY(%s)",
        [[row[0] for row in databases.rows("employee", "SELECT user_id FROM employees")]],
    )
    companies = databases.value("company", "SELECT count(*) FROM companies")
    copies = databases.value("employee", "SELECT count(*) FROM companies_ref")
    counted = databases.value("company", "SELECT coalesce(sum(total), 0) FROM headcount_totals")
    story.equal("companies, as in the file", companies, old["companies"])
    story.equal("employees, as in the file", people, old["employees"])
    story.equal("accounts for them", accounts, old["employees"])
    story.equal("headcounts, brought by events", counted, old["employees"])
    story.equal("companies in employee_service's reference table, brought by events", copies, companies)


def _rows_of_source(table: str) -> int:
    source = sqlite3.connect(f"file:{ROOT / SOURCE}?mode=ro", uri=True)
    try:
        return int(source.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        source.close()


def sign_in(scene: Scene, email: str, password: str) -> None:
    """Signs in by hand once, to show it; the scene's client does the same for itself."""
    scene.story.chapter(f"Sign in over HTTP as {email}")
    client = Client({"auth": scene.stack.url("auth")})
    answer = client.call("auth", "POST", "/login", {"email": email, "password": password})
    wrong = client.call("auth", "POST", "/login", {"email": email, "password": f"{password}x"})
    client.close()
    scene.story.equal("POST /login", answer.status, http.HTTPStatus.OK)
    scene.story.equal("with a wrong password", (wrong.status, wrong.error_code), (401, "INVALID_CREDENTIALS"))


def companies(scene: Scene) -> list[UUID]:
    """The companies over HTTP."""
    answer = scene.client.call("company", "GET", "/companies")
    return [UUID(company["id"]) for company in answer.body["companies"]]


def hire(scene: Scene, company_id: UUID) -> None:
    """Hires over HTTP, twice with the same key: one person, one more in the headcount."""
    story = scene.story
    story.chapter(f"Hire into the imported company {company_id}")
    before = scene.headcount(company_id)
    key = str(uuid4())
    body, answer = scene.hire(company_id, "Layla", Idempotency_Key=key)
    story.equal("POST /employees", answer.status, http.HTTPStatus.CREATED)
    saga = scene.saga(scene.saga_of(body["email"]))
    story.tell(f"GET /sagas/{saga['id']}: {saga['state']}")
    scene.show_steps(saga)
    done = [(step["name"], step["status"]) for step in saga["steps"]]
    wanted = [(name, "done") for name in ("create_user", "create_employee", "update_headcount")]
    story.check("three steps, each done once", done == wanted, done)
    again = scene.hire_again(body, {"Idempotency_Key": key})
    story.check(
        "the same request under the same key gets the same answer",
        (again.status, again.body) == (answer.status, answer.body),
        again,
    )
    other = scene.hire_again({**body, "position": "Director"}, {"Idempotency_Key": key})
    story.equal(
        "another request under that key", (other.status, other.error_code), (409, "IDEMPOTENCY_CONFLICT")
    )
    wait_quiet(scene.stack, scene.databases)
    story.equal(f"headcount (it was {before})", scene.headcount(company_id), before + 1)
    active = scene.databases.value("auth", "SELECT is_active FROM users WHERE email = %s", [body["email"]])
    story.check("the account is active now", bool(active))


def refuse(scene: Scene, company_id: UUID) -> None:
    """Hires into an inactive company: refused at the third step, and two services undo what they did."""
    story = scene.story
    story.chapter(f"Deactivate the company {company_id} and hire into it")
    before = scene.headcount(company_id)
    gone = scene.client.call("company", "DELETE", f"/companies/{company_id}")
    story.equal(f"DELETE /companies/{company_id}", gone.status, http.HTTPStatus.OK)
    body, answer = scene.hire(company_id, "Omar", Idempotency_Key=str(uuid4()))
    story.equal("POST /employees", (answer.status, answer.error_code), (409, "COMPANY_INACTIVE"))
    saga = scene.saga(scene.saga_of(body["email"]))
    scene.show_steps(saga)
    undone = [step["name"] for step in saga["steps"] if step["direction"] == "undo"]
    story.check("undone in reverse order", undone == ["create_employee", "create_user"], undone)
    wait_quiet(scene.stack, scene.databases)
    marks = _marks(scene, UUID(saga["id"]))
    story.tell(f"Looking for {', '.join(marks)} in every column of every table but the saga's records:")
    for service in THREE:
        searched, found = traces(scene.databases, service, marks)
        story.check(f"no trace in the {searched} other tables of {service}_service", not found, found)
    story.equal("headcount", scene.headcount(company_id), before)


def _marks(scene: Scene, saga_id: UUID) -> list[str]:
    """What a row left behind would have to mention: address, account, record, saga."""
    query = "SELECT data->'employee'->>%s FROM sagas WHERE id = %s"
    names = ("email", "user_id", "employee_id")
    return [*(scene.databases.value("employee", query, [name, saga_id]) for name in names), str(saga_id)]


def kill_the_orchestrator(scene: Scene, company_id: UUID) -> None:
    """Kills the worker that drives the sagas between the second and the third step."""
    story = scene.story
    story.chapter("Kill the orchestrating worker with -9 in mid-saga")
    before = scene.headcount(company_id)
    worker, company = scene.stack.process("employee", "worker"), scene.stack.process("company", "worker")
    company.stop()
    try:
        body, answer = scene.hire(company_id, "Noura", Prefer="respond-async", Idempotency_Key=str(uuid4()))
        story.equal(
            "the company's worker is down; POST /employees with Prefer: respond-async", answer.status, 202
        )
        saga_id = UUID(answer.body["saga"]["id"])
        wait_until(lambda: _not_at_last_step(scene, saga_id), 20.0)
        killed, restarts = worker.pid, worker.restart_count
        worker.kill9()
        began = time.monotonic()
        _show_half_done(scene, body["email"])
        worker.wait_restarted(restarts)
    finally:
        company.start()
    story.tell(f"kill -9 {killed} while the saga waited for its last step; a new worker is {worker.pid}")
    saga = scene.await_saga(saga_id)
    seconds = time.monotonic() - began
    scene.show_steps(saga)
    story.check("the saga completed", saga.get("state") == "completed", saga)
    story.check(
        f"{seconds:.1f} s after the kill (at most {GOES_ON_WITHIN:g} s)", seconds <= GOES_ON_WITHIN, seconds
    )
    again = scene.hire_again(body, {"Idempotency_Key": str(uuid4())})
    story.equal("hiring the same person again", (again.status, again.error_code), (409, "EMAIL_TAKEN"))
    wait_quiet(scene.stack, scene.databases)
    story.equal(f"headcount (it was {before})", scene.headcount(company_id), before + 1)


def _not_at_last_step(scene: Scene, saga_id: UUID) -> str:
    query = "SELECT step, awaiting FROM sagas WHERE id = %s"
    step, awaiting = scene.databases.rows("employee", query, [saga_id])[0]
    # The command is sent after the commit; it waits in the queue because nobody takes it.
    sent = step == "update_headcount" and awaiting and scene.stack.redis.llen("company.saga") > 0
    return "" if sent else f"the saga is at {step}"


def _show_half_done(scene: Scene, email: str) -> None:
    """Half an employee exists for a moment, and nobody can see it."""
    pending = scene.databases.value(
        "employee", "SELECT lifecycle = 'pending' FROM employees WHERE email = %s", [email]
    )
    active = scene.databases.value("auth", "SELECT is_active FROM users WHERE email = %s", [email])
    scene.story.check("meanwhile the record is pending and the account inactive", pending and not active)


def balance(scene: Scene) -> None:
    """Adds everything up over the three databases."""
    scene.story.chapter("Add up")
    databases = scene.databases
    employees = "SELECT company_id, count(*) FROM employees WHERE lifecycle = 'current' GROUP BY 1"
    users = "SELECT company_id, count(*) FROM user_roles WHERE user_id = ANY(%s) GROUP BY 1"
    ledger = "SELECT company_id, sum(delta) FROM headcount_ledger GROUP BY 1 HAVING sum(delta) <> 0"
    staff = [row[0] for row in databases.rows("employee", "SELECT user_id FROM employees")]
    counts: dict[str, dict[UUID, int]] = {
        "accounts": dict(databases.rows("auth", users, [staff])),
        "employees": dict(databases.rows("employee", employees)),
        "ledger": dict(databases.rows("company", ledger)),
    }
    names: dict[UUID, str] = dict(databases.rows("company", "SELECT id, name FROM companies ORDER BY name"))
    scene.story.show(
        ("company", *counts),
        [(name, *(str(each.get(key, 0)) for each in counts.values())) for key, name in names.items()],
    )
    first, *others = counts.values()
    scene.story.check(
        "accounts = employees = sum of the ledger, company by company", all(each == first for each in others)
    )
    hired = databases.rows("auth", "SELECT count(*), count(DISTINCT lower(email)) FROM users")[0]
    scene.story.check("no account twice", hired[0] == hired[1], hired)
    states = databases.rows("employee", "SELECT state, count(*) FROM sagas GROUP BY 1 ORDER BY 1")
    scene.story.tell("sagas: " + ", ".join(f"{count} {state}" for state, count in states))
    scene.story.check(
        "every saga has ended", all(state in ("completed", "compensated") for state, _ in states)
    )
