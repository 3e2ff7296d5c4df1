"""Employees, their profiles and reviews."""

from collections.abc import Callable
from typing import Any

from tests.e2e.contract.world import Scene, World
from tests.waiting import wait_until

REVIEWED = {
    "review_period_start": "2026-01-01",
    "review_period_end": "2026-06-30",
    "review_date": "2026-07-01",
}


def employees(world: World) -> Scene:
    """The list, and hiring; a worker sees nobody's record but their own."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        query={"search": "Mariam", "department_id": world.department},
    )


def hire(world: World) -> Scene:
    """``user_id`` names somebody who has a place in the company but is not employed yet."""
    heard_of_department(world)
    return Scene(
        by=world.manager,
        not_by=world.worker,
        fields={
            "user_id": lambda names, given: new_account(world),
            "department_id": world.department,
            "manager_id": world.employee["id"],
        },
    )


def new_account(world: World) -> str:
    """An account of the company that no employee has, of which employee_service has heard."""
    person = world.registered()
    world.house.give_role(person.id, "worker", world.company)
    query = "SELECT count(*) FROM users_ref WHERE user_id = %s"
    wait_until(lambda: world.house.databases.value("employee", query, [person.id]), "the account is known")
    return person.id


def heard_of_department(world: World) -> None:
    """Wait until employee_service knows the department."""
    query = "SELECT count(*) FROM departments_ref WHERE department_id = %s"
    known = [world.department]
    wait_until(lambda: world.house.databases.value("employee", query, known), "the department is known")


def employee(world: World) -> Scene:
    """Somebody whom the manager may see."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        path={"employeeId": world.employee["id"]},
        foreign={"employeeId": world.foreign_employee["id"]},
    )


def fresh_employee(world: World) -> Scene:
    """Somebody to be changed, or to leave."""
    heard_of_department(world)
    return Scene(
        by=world.manager,
        not_by=world.worker,
        path={"employeeId": world.new_employee(world.company)["id"]},
        foreign={"employeeId": world.foreign_employee["id"]},
        fields={
            "department_id": world.department,
            "manager_id": world.employee["id"],
            "date_of_birth": "1990-01-31",
        },
    )


def new_review(world: World) -> Scene:
    """A review of the employee by the manager."""
    return Scene(
        by=world.manager,
        not_by=world.worker,
        path={"employeeId": world.employee["id"]},
        foreign={"employeeId": world.foreign_employee["id"]},
        fields=reviewed(world),
    )


def review(world: World) -> Scene:
    """A review that there is, here and in the other company."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        path={"reviewId": made_review(world, world.employee, world.manager_employee)},
        foreign={"reviewId": made_review(world, world.foreign_employee, world.foreign_reviewer)},
    )


def review_to_change(world: World) -> Scene:
    """A review that is still a draft."""
    found = review(world)
    return Scene(
        by=found.by, not_by=world.worker, path=found.path, foreign=found.foreign, fields=reviewed(world)
    )


def made_review(world: World, of: dict[str, Any], reviewer: str) -> str:
    """The id of a new review."""
    body = {**REVIEWED, "employee_id": of["id"], "reviewer_id": reviewer, "overall_rating": 4}
    path = f"/employees/{of['id']}/performance-reviews"
    return str(world.made(world.hr, "employee", path, "review", body)["id"])


def reviewed(world: World) -> dict[str, Any]:
    """Fields of a review."""
    return {**REVIEWED, "employee_id": world.employee["id"], "reviewer_id": world.manager_employee}


SCENES: dict[str, Callable[[World], Scene]] = {
    "GET /employees": employees,
    "POST /employees": hire,
    "GET /employees/{employeeId}": employee,
    "PUT /employees/{employeeId}": fresh_employee,
    "DELETE /employees/{employeeId}": fresh_employee,
    "GET /employees/{employeeId}/profile": employee,
    "PUT /employees/{employeeId}/profile": fresh_employee,
    "GET /employees/{employeeId}/performance-reviews": employee,
    "POST /employees/{employeeId}/performance-reviews": new_review,
    "GET /performance-reviews/{reviewId}": review,
    "PUT /performance-reviews/{reviewId}": review_to_change,
    "GET /statistics": employees,
}
