"""The pages of staff, as a browser asks for them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from common.runtime.layout import HR_ADMIN_EMAIL, SERVICES
from tests.e2e.house import House, Person
from tests.waiting import wait_until

STEPS = ("Making the account", "Writing the employee record", "Counting the person in the company")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """Keeps cookies and fills in forms."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, follow_redirects=True, timeout=60)
        self._http.headers["Accept-Language"] = "en"

    def page(self, address: str) -> str:
        """The page at ``address``, which must be there."""
        answer = self._http.get(address)
        assert answer.status_code == httpx.codes.OK, (address, answer.status_code)
        return answer.text

    def submit(self, address: str, **fields: str) -> str:
        """The page that follows from sending the form at ``address``."""
        found = TOKEN.search(self.page(address))
        assert found, f"no form at {address}"
        answer = self._http.post(
            address,
            data={"csrfmiddlewaretoken": found[1], **fields},
            headers={"Referer": str(self._http.base_url)},
        )
        assert answer.status_code == httpx.codes.OK, (address, answer.status_code)
        return answer.text

    def sign_in(self, email: str, password: str) -> str:
        """The page that follows from signing in."""
        return self.submit("/admin/login/?next=/admin/", username=email, password=password)

    def close(self) -> None:
        self._http.close()


@contextmanager
def browsing(house: House, service: str) -> Iterator[Browser]:
    """A browser in which HR is signed in to the service's pages."""
    browser = Browser(house.stack.url(service))
    try:
        page = browser.sign_in(HR_ADMIN_EMAIL, house.stack.credentials.hr_admin_password)
        assert "/admin/logout/" in page
        yield browser
    finally:
        browser.close()


@pytest.mark.parametrize("service", SERVICES)
def test_hr_signs_in_to_the_pages_of_every_service(house: House, service: str) -> None:
    with browsing(house, service) as browser:
        assert "HRMS" in browser.page("/admin/")
    stranger = Browser(house.stack.url(service))
    assert "Please enter the correct" in stranger.sign_in(HR_ADMIN_EMAIL, "not the password")
    assert 'name="password"' in stranger.page("/admin/")
    stranger.close()


def test_hr_finds_an_employee_and_the_history_of_the_hire(house: House, hr: Person) -> None:
    answer = hr.hire(house.new_company(), last_name="Al-Browser")
    employee = answer.json()["employee"]
    query = "SELECT id FROM sagas WHERE data->'employee'->>'employee_id' = %s"
    saga_id = house.databases.value("employee", query, [employee["id"]])
    with browsing(house, "employee") as browser:
        assert employee["employee_id"] in browser.page(f"/admin/employees/employee/?q={employee['email']}")
        assert "Al-Browser" in browser.page(f"/admin/employees/employee/{employee['id']}/change/")
        assert str(saga_id)[:8] in browser.page("/admin/sagas/sagainstance/")
        history = browser.page(f"/admin/sagas/sagainstance/{saga_id}/change/")
        for step in STEPS:
            assert step in history
        assert "/act/retry/" not in history


def test_an_operator_undoes_a_hire_that_hangs_and_says_why(house: House, hr: Person) -> None:
    company_id = house.new_company()
    worker = house.stack.process("company", "worker")
    worker.pause()
    try:
        saga = hr.hire(company_id, headers={"Prefer": "respond-async"}).json()["saga"]
        address = f"/sagas/{saga['id']}"
        wait_until(
            lambda: hr.get("employee", address)["saga"]["step"] == "update_headcount", "the hire hangs"
        )
        with browsing(house, "employee") as browser:
            page = f"/admin/sagas/sagainstance/{saga['id']}/change/"
            assert "Undo everything" in browser.page(page)
            act = f"/admin/sagas/sagainstance/{saga['id']}/act/compensate/"
            assert STEPS[-1] in browser.page(act)
            assert "This field is required" in browser.submit(act, reason="")
            assert "Done: Undo everything." in browser.submit(act, reason="wrong person")
            assert "wrong person" in browser.page(page)
    finally:
        worker.resume()
    wait_until(lambda: hr.get("employee", address)["saga"]["state"] == "compensated", "the hire is undone")
    error = hr.get("employee", address)["saga"]["error"]
    assert (error["code"], error["message"]) == ("CANCELLED", "wrong person")
    assert hr.get("employee", "/employees", company_id=company_id)["employees"] == []


def test_an_operator_helps_a_hire_that_waits_for_one(house: House, hr: Person) -> None:
    company_id = house.new_company()
    assert hr.ask("DELETE", "company", f"/companies/{company_id}").status_code == httpx.codes.OK
    with house.databases.connection("auth").cursor() as superuser:
        superuser.execute("REVOKE DELETE ON users FROM auth_app")
        try:
            saga = hr.hire(company_id, headers={"Prefer": "respond-async"}).json()["saga"]
            wait_until(lambda: parked(house, saga["id"]), "the hire waits for an operator")
        finally:
            superuser.execute("GRANT DELETE ON users TO auth_app")
    with browsing(house, "employee") as browser:
        waiting = browser.page("/admin/sagas/sagainstance/?state__exact=parked")
        assert saga["id"][:8] in waiting
        act = f"/admin/sagas/sagainstance/{saga['id']}/act/retry/"
        assert act in browser.page(f"/admin/sagas/sagainstance/{saga['id']}/change/")
        assert "Reason" in browser.page(act)
        assert "Done: Try again." in browser.submit(act, reason="the right to delete is back")
    address = f"/sagas/{saga['id']}"
    wait_until(lambda: hr.get("employee", address)["saga"]["state"] == "compensated", "the hire is undone")


def parked(house: House, saga_id: str) -> bool:
    """Whether the saga waits for an operator; it need not wait for its next attempt until then."""
    with house.databases.connection("employee").cursor() as superuser:
        superuser.execute(
            "UPDATE sagas SET wake_at = clock_timestamp() WHERE id = %s AND state = 'compensating'"
            " AND NOT awaiting AND wake_at > clock_timestamp() + interval '1 second'",
            [saga_id],
        )
    query = "SELECT state = 'parked' FROM sagas WHERE id = %s"
    return bool(house.databases.value("employee", query, [saga_id]))
