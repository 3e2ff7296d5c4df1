"""What every chapter works with, and what several of them do."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from common.runtime.client import Answer, Client, UnansweredError
from common.runtime.databases import Databases
from common.runtime.demo.story import Story
from common.runtime.stack import Stack

_PAUSE: Final = 0.1
FINAL: Final = ("completed", "compensated", "parked")


@dataclass
class Scene:
    """The running system, a client signed in as HR, a look into its databases, and where to print."""

    stack: Stack
    client: Client
    databases: Databases
    story: Story

    def hire(self, company_id: UUID, name: str, **headers: str) -> tuple[dict[str, Any], Answer]:
        """Hires a new person over HTTP; returns what was sent and the answer."""
        body = person(company_id, name)
        return body, self.hire_again(body, headers)

    def hire_again(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Sends the same request once more; header names with _ for -."""
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.call("employee", "POST", "/employees", body, sent)

    def headcount(self, company_id: UUID) -> int:
        """The company's headcount as the company service tells it."""
        answer = self.client.call("company", "GET", f"/companies/{company_id}/statistics")
        return int(answer.body["statistics"]["total_employees"])

    def saga(self, saga_id: UUID) -> dict[str, Any]:
        """The saga as the employee service tells it."""
        saga: dict[str, Any] = self.client.call("employee", "GET", f"/sagas/{saga_id}").body["saga"]
        return saga

    def saga_of(self, email: str) -> UUID:
        """The saga that hires the person with this address."""
        query = "SELECT id FROM sagas WHERE data->'employee'->>'email' = %s"
        return UUID(str(self.databases.value("employee", query, [email])))

    def await_saga(self, saga_id: UUID, timeout: float = 30.0) -> dict[str, Any]:
        """The saga once it has ended, or as it is when time is up."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                saga = self.saga(saga_id)
            except UnansweredError:
                saga = {}
            if saga.get("state") in FINAL or time.monotonic() > deadline:
                return saga
            time.sleep(_PAUSE)

    def show_steps(self, saga: Mapping[str, Any]) -> None:
        """Prints the saga's history."""
        self.story.show(
            ("step", "direction", "attempt", "status"),
            [
                (step["name"], step["direction"], str(step["attempt"]), step["status"])
                for step in saga.get("steps", [])
            ],
        )


def person(company_id: UUID, name: str) -> dict[str, Any]:
    """The request to hire somebody whom nobody has met."""
    return {
        "company_id": str(company_id),
        "first_name": name,
        "last_name": "Al-Demo",
        "full_name_ar": "شخص للعرض",
        "email": f"{name.lower()}.{uuid4().hex[:8]}@demo.example",
        "position": "Accountant",
        "hire_date": "2026-01-01",
        "salary": 750.5,
    }
