"""Companies: only the group's administrators make them, everybody in one may look at their own."""

from collections.abc import Callable

from tests.e2e.contract.world import Scene, World


def companies(world: World) -> Scene:
    """A manager serves one company and sees no list of them."""
    return Scene(by=world.hr, not_by=world.manager, query={"search": "E2E"})


def own_company(world: World) -> Scene:
    """Everybody in it may look; who belongs nowhere may not."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        path={"companyId": world.company},
        foreign={"companyId": world.other_company},
        query={"search": "a", "key": "currency"},
    )


def statistics(world: World) -> Scene:
    """Numbers are for those who may see reports."""
    return Scene(
        by=world.manager,
        not_by=world.worker,
        path={"companyId": world.company},
        foreign={"companyId": world.other_company},
    )


def fresh_company(world: World) -> Scene:
    """A company to be changed or closed."""
    return Scene(by=world.hr, not_by=world.manager, path={"companyId": world.house.new_company()})


def new_department(world: World) -> Scene:
    """In the manager's company."""
    return Scene(
        by=world.manager,
        not_by=world.worker,
        path={"companyId": world.company},
        foreign={"companyId": world.other_company},
        fields={"manager_id": world.employee["id"], "parent_department_id": world.department},
    )


def department(world: World) -> Scene:
    """Everybody in the company may look at it."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        path={"departmentId": world.department},
        foreign={"departmentId": world.foreign_department},
    )


def fresh_department(world: World) -> Scene:
    """A department to be changed or deleted."""
    return Scene(
        by=world.manager,
        not_by=world.worker,
        path={"departmentId": world.new_department(world.company)},
        foreign={"departmentId": world.foreign_department},
        fields={"manager_id": world.employee["id"], "parent_department_id": world.department},
    )


def new_setting(world: World) -> Scene:
    """A manager may look at settings only."""
    return Scene(by=world.hr, not_by=world.manager, path={"companyId": world.company})


SCENES: dict[str, Callable[[World], Scene]] = {
    "GET /companies": companies,
    "POST /companies": companies,
    "GET /companies/{companyId}": own_company,
    "PUT /companies/{companyId}": fresh_company,
    "DELETE /companies/{companyId}": fresh_company,
    "GET /companies/{companyId}/departments": own_company,
    "POST /companies/{companyId}/departments": new_department,
    "GET /departments/{departmentId}": department,
    "PUT /departments/{departmentId}": fresh_department,
    "DELETE /departments/{departmentId}": fresh_department,
    "GET /companies/{companyId}/settings": own_company,
    "POST /companies/{companyId}/settings": new_setting,
    "GET /companies/{companyId}/statistics": statistics,
}
