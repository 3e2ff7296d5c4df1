"""Every door through which a sensitive value comes in, each used as people use it."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from common.runtime.layout import HR_ADMIN_EMAIL
from common.testing.legacy_files import (
    company,
    document,
    employee,
    membership,
    user,
    write_legacy_file,
)
from tests.e2e.canaries.birds import Birds
from tests.e2e.house import House, new_person
from tests.e2e.test_admin import TOKEN
from tests.legacy.command import OldFile
from tests.waiting import wait_until

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
_FORM = re.compile(r"<form[^>]* id=\"\w+_form\".*?</form>", re.DOTALL)
_INPUT = re.compile(r"<(?:input|select|textarea)[^>]* name=\"([^\"]+)\"[^>]*>")
_VALUE = re.compile(r" value=\"([^\"]*)\"")


class Planter:
    """Plants through the doors of one company, and keeps what must not repeat any of them: refusals, pages, papers."""

    def __init__(self, house: House, birds: Birds, company_id: str) -> None:
        self.house = house
        self.birds = birds
        self.company_id = company_id
        self.said: list[bytes] = []

    def ask(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        """One request of HR; what refuses it is kept."""
        answer = self.house.hr.ask(method, service, path, **options)
        if answer.is_error:
            self.said.append(answer.content)
        return answer

    def _papers(self) -> dict[str, str]:
        papers = {name: self.birds.paper() for name in ("passport_number", "residence_number")}
        return papers | {"civil_id": self.birds.civil_id()}

    def by_hires(self) -> str:
        """Hire somebody, repeat the request, and have another hire undone; the first one's id."""
        person = new_person(self.company_id, salary=float(self.birds.salary()))
        key = {"Idempotency-Key": str(uuid4())}
        first, again = (
            self.ask("POST", "employee", "/employees", json=person, headers=key) for _ in range(2)
        )
        assert (first.status_code, again.status_code) == (201, 201), again.text
        assert first.json()["employee"]["salary"] == person["salary"]
        taken = {**person, "salary": float(self.birds.salary())}
        assert self.ask("POST", "employee", "/employees", json=taken).status_code == 409
        # The account is made, the manager is not found, and the account goes again.
        undone = new_person(self.company_id, salary=float(self.birds.salary()), manager_id=str(uuid4()))
        assert self.ask("POST", "employee", "/employees", json=undone).status_code in {409, 422}
        return str(first.json()["employee"]["id"])

    def by_changes(self, employee_id: str) -> None:
        """Change pay and papers, twice under one key, and ask for what changed."""
        address, found = f"/employees/{employee_id}", ""
        for _ in range(2):
            change = {**self._papers(), "salary": float(self.birds.salary()), "reason": "promotion"}
            key = {"Idempotency-Key": str(uuid4())}
            for _ in range(2):
                answer = self.ask("PUT", "employee", address, json=change, headers=key)
                assert answer.status_code == httpx.codes.OK, answer.text
                assert answer.json()["employee"]["salary"] == change["salary"]
            found = str(change["civil_id"])
        self.house.hr.get("employee", f"{address}/history")
        self.house.hr.get("employee", "/employees", search=found)

    def by_bulk_hires(self) -> None:
        """A bulk hire with a good row, one that is undone and tried again, and one that is refused at once."""
        good = new_person(self.company_id, salary=float(self.birds.salary()))
        undone = new_person(self.company_id, salary=float(self.birds.salary()), manager_id=str(uuid4()))
        refused = new_person(self.company_id, salary=f"{self.birds.salary()}9", hire_date="yesterday")
        body = {"employees": [good, undone, refused], "on_error": "continue"}
        answer = self.ask(
            "POST", "employee", "/employees/bulk", json=body, headers={"Idempotency-Key": str(uuid4())}
        )
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        address = answer.headers["Location"]
        self._ended(address)
        assert self.ask("POST", "employee", f"{address}/retry", json={}).status_code == httpx.codes.ACCEPTED
        self._ended(address)
        counts = self.house.hr.get("employee", address)["job"]["counts"]
        assert (counts["completed"], counts["compensated"], counts["refused"]) == (1, 1, 1)
        self.house.hr.get("employee", f"{address}/rows")

    def _ended(self, address: str) -> None:
        wait_until(
            lambda: self.house.hr.get("employee", address)["job"]["state"] == "finished", "the bulk hire ends"
        )

    def by_documents(self, employee_id: str) -> None:
        """Upload a document with a number, change the number, and renew the document under another one."""
        said = {"title": "Passport", "document_type": "passport", "employee_id": employee_id}
        said |= {"company_id": self.company_id, "document_number": self.birds.paper()}
        file = {"file": ("passport.pdf", PDF, "application/pdf")}
        key = {"Idempotency-Key": str(uuid4())}
        answer = self.ask("POST", "document", "/documents", data=said, files=file, headers=key)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        address = f"/documents/{answer.json()['document']['id']}"
        change = {"document_number": self.birds.paper()}
        answer = self.ask("PUT", "document", address, json=change)
        assert answer.json()["document"]["document_number"].endswith(change["document_number"][-3:])
        renewed = {"change_log": "renewed", "document_number": self.birds.paper(), "expires_on": "2040-01-01"}
        answer = self.ask("POST", "document", f"{address}/versions", data=renewed, files=file)
        assert answer.is_success, answer.text

    def by_pages_of_staff(self, employee_id: str) -> None:
        """Change pay and papers on the employee's page, after looking for one of them."""
        http = httpx.Client(base_url=self.house.stack.url("employee"), follow_redirects=True, timeout=60)
        with http:
            password = self.house.stack.credentials.hr_admin_password
            login = "/admin/login/?next=/admin/"
            self._submit(http, login, username=HR_ADMIN_EMAIL, password=password)
            http.get("/admin/employees/employee/", params={"q": self.birds.civil_id()})
            address = f"/admin/employees/employee/{employee_id}/change/"
            page = self._submit(http, address, **self._papers(), salary=self.birds.salary())
            assert "errornote" not in page, page
            # Something is wrong with it: the page comes again, and nothing is kept.
            page = self._submit(http, address, salary=self.birds.salary(), hire_date="yesterday")
            assert "errornote" in page
            sagas = "/admin/sagas/sagainstance/"
            for saga in set(re.findall(rf"{sagas}([0-9a-f-]+)/change/", http.get(sagas).text)):
                self.said.append(http.get(f"{sagas}{saga}/change/").content)

    @staticmethod
    def _submit(http: httpx.Client, address: str, **fields: str) -> str:
        """The page that follows from changing ``fields`` of the form at ``address``."""
        page = http.get(address).text
        token = TOKEN.search(page)
        assert token, f"no form at {address}"
        form = _FORM.search(page)
        shown = form[0] if form else ""
        data = {found[1]: _shown(shown, found) for found in _INPUT.finditer(shown)}
        data = {name: value for name, value in data.items() if not name.startswith("_")}
        data |= {"csrfmiddlewaretoken": token[1], **fields}
        answer = http.post(address, data=data, headers={"Referer": str(http.base_url)})
        assert answer.status_code == httpx.codes.OK, (address, answer.status_code)
        return answer.text

    def by_import(self, folder: Path) -> None:
        """Bring over an old file with people who come in and people who are set aside, twice; verify it."""
        people: list[dict[str, Any]] = [
            {}, {"company_id": "company-gone"}, {"date_of_birth": "1990-02-31"}, {"email": None},
        ]  # fmt: skip
        rows = [employee(number, **self._old_papers(), **values) for number, values in enumerate(people, 1)]
        rows.append(employee(9, salary=f"-{self.birds.salary()}", residence_expiry="someday"))
        source = write_legacy_file(
            folder / "old.db",
            companies=[company(1)],
            users=[user(1, role="company_manager")],
            company_users=[membership(1, company_id="company-1")],
            employees=rows,
            documents=[document(1)],
        )
        self.house.stack.mark_ready()
        old = OldFile(self.house.stack, source, self.house.stack.root / "old-reports")
        steps: Mapping[str, Callable[[], Any]] = {
            "analyze": old.analyze,
            "import": old.bring,
            "changes": lambda: old.bring("--incremental"),
            "verify": old.verify,
        }
        for name, step in steps.items():
            done = step()
            self.said.append(done.said.encode())
            assert done.code == 0, (name, done.said)

    def _old_papers(self) -> dict[str, Any]:
        return {
            **self._papers(),
            "salary": float(self.birds.salary()),
            "bank_account": self.birds.paper(),
            "medical_insurance": self.birds.paper(),
        }

    def by_mistakes(self, employee_id: str) -> None:
        """Requests that are refused, each with a value that must not come back or be remembered."""
        for change in (
            {"salary": self.birds.paper()},
            {"salary": f"-{self.birds.salary()}"},
            {"civil_id": self.birds.civil_id() * 4},
            {"passport_number": [self.birds.paper()]},
            {"civil_id": self.birds.civil_id(), "hire_date": "yesterday"},
        ):
            answer = self.ask("PUT", "employee", f"/employees/{employee_id}", json=change)
            assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, answer.text
        broken = f'{{"passport_number": "{self.birds.paper()}", '
        json_type = {"Content-Type": "application/json"}
        address = f"/employees/{employee_id}"
        answer = self.ask("PUT", "employee", address, content=broken, headers=json_type)
        assert answer.status_code == httpx.codes.BAD_REQUEST
        gone = f"/employees/{uuid4()}"
        assert self.ask("PUT", "employee", gone, json=self._papers()).status_code == httpx.codes.NOT_FOUND
        query = {"civil_id": self.birds.civil_id()}
        assert self.ask("GET", "employee", "/employees", params=query).is_error


def _shown(page: str, found: "re.Match[str]") -> str:
    """What a form's field holds as it is shown."""
    if found[0].startswith("<input"):
        if 'type="checkbox"' in found[0] and " checked" not in found[0]:
            return ""
        value = _VALUE.search(found[0])
        return unescape(value[1]) if value else ""
    end = page.index("</select>" if found[0].startswith("<select") else "</textarea>", found.end())
    inside = page[found.end() : end]
    if found[0].startswith("<textarea"):
        return unescape(inside).removeprefix("\n")
    chosen = re.search(r"<option value=\"([^\"]*)\"[^>]* selected", inside)
    return unescape(chosen[1]) if chosen else ""
