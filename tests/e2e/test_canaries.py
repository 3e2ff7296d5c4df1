"""Nothing sensitive lies anywhere but sealed: values are planted through every door and looked for everywhere."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from common.runtime.layout import SERVICES
from tests.e2e.canaries.birds import Birds
from tests.e2e.canaries.doors import Planter
from tests.e2e.canaries.places import Listener, Search, stored
from tests.e2e.house import House
from tests.waiting import wait_until

# Six services are started, and an old file is brought over.
pytestmark = pytest.mark.timeout(1800)
REPORTS = ("headcount", "joiners", "leavers", "turnover", "leave", "deductions", "events")


class Planted:
    """A system in which values were planted, and all that Redis heard and its answers said meanwhile."""

    def __init__(
        self, house: House, listener: Listener, planter: Planter, control: str, address: str
    ) -> None:
        self.house = house
        self.listener = listener
        self.planter = planter
        self.control = control
        """Something of a person that is not sensitive and travels in commands and events."""
        self.address = address
        """Where the person is written to in whose records values were planted."""


@pytest.fixture(scope="module")
def planted(house: House, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Every door used once, and the system at rest again."""
    birds = Birds()
    company_id = house.new_company()
    control = birds.letters[::-1]
    with Listener(house.stack.redis) as listener:
        planter = Planter(house, birds, company_id)
        employee_id = planter.by_hires()
        address = str(house.hr.get("employee", f"/employees/{employee_id}")["employee"]["email"])
        planter.by_changes(employee_id)
        planter.by_bulk_hires()
        planter.by_documents(employee_id)
        planter.by_pages_of_staff(employee_id)
        planter.by_import(tmp_path_factory.mktemp("old"))
        planter.by_mistakes(employee_id)
        answer = house.hr.hire(company_id, position=control)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        ended = {"termination_date": "2026-02-01", "reason": "contract ended"}
        assert house.hr.ask("DELETE", "employee", f"/employees/{employee_id}", json=ended).is_success
        house.wait_quiet()
        house.mailbox.text_to(address)
    return Planted(house, listener, planter, control, address)


def found(planted: Planted, *places: tuple[str, bytes]) -> list[str]:
    search = Search(planted.planter.birds)
    for where, content in places:
        search.look(where, content)
    assert search.bytes, "there was nothing to look through"
    return search.found


def test_databases_and_redis_hold_sensitive_values_sealed_only(planted: Planted) -> None:
    assert found(planted, *stored(planted.house)) == []


def test_nothing_sensitive_goes_through_redis(planted: Planted) -> None:
    assert found(planted, ("what Redis heard", planted.listener.heard)) == []


def test_what_is_not_sensitive_is_found_by_the_same_search(planted: Planted) -> None:
    """The searches above look where values really are, and see through what queues make of them."""

    search = Search(Birds(planted.control))
    search.look("Redis", planted.listener.heard)
    for where, content in stored(planted.house):
        search.look(where, content)
    places = {place.split(" (")[0] for place in search.found}
    assert {"Redis", "employee: public.employees", "employee: public.event_log"} <= places


def test_files_of_servers_and_logs_hold_nothing_sensitive(planted: Planted) -> None:
    databases, stack = planted.house.databases, planted.house.stack
    databases.rows("employee", "SELECT 1 FROM pg_switch_wal()")
    search = Search(planted.planter.birds)
    search.look_into_all(stack.root)
    data = Path(databases.value("employee", "SHOW data_directory"))
    if not data.is_relative_to(stack.root):
        search.look_into_all(data)
    assert (stack.root / "logs").is_dir()
    assert search.found == []


def test_refusals_metrics_and_feeds_say_nothing_sensitive(planted: Planted) -> None:
    house = planted.house
    metrics = [
        (f"{name}: metrics", httpx.get(f"{house.stack.url(name)}/metrics").content) for name in SERVICES
    ]
    events = house.hr.get_all("analytics", "/events", "events")
    assert len(events) > 20
    said = planted.planter.said
    assert len(said) > 10
    assert (
        found(
            planted,
            *metrics,
            ("events", str(events).encode()),
            *((f"answer {number}", each) for number, each in enumerate(said)),
        )
        == []
    )


def test_mails_say_nothing_sensitive(planted: Planted) -> None:
    """Whoever hosts a person's mail reads it, too."""
    mails = planted.house.mailbox.said()
    assert found(planted, ("the mails", mails)) == []
    control = Search(Birds(planted.address))
    control.look("the mails", mails)
    assert control.found


@pytest.mark.parametrize("kind", REPORTS)
def test_reports_say_nothing_sensitive(planted: Planted, kind: str) -> None:
    body: dict[str, Any] = {"kind": kind, "format": "csv", "parameters": {}}
    answer = planted.house.hr.ask("POST", "analytics", "/reports", json=body)
    assert answer.is_success, answer.text
    address = f"/reports/{answer.json()['report']['id']}"
    wait_until(
        lambda: planted.house.hr.get("analytics", address)["report"]["status"] in {"ready", "failed"},
        "the report",
    )
    answer = planted.house.hr.ask("GET", "analytics", f"{address}/download")
    assert answer.is_success, answer.text
    assert found(planted, ("the report", answer.content)) == []
