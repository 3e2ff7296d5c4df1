"""Roles and permission codes: the words in access tokens that every service understands."""

LEVELS = {"super_admin": 5, "company_manager": 4, "employee": 3, "supervisor": 2, "worker": 1}
"""Role names, with the level of each; the super administrator serves all companies."""

COMPANY_ROLES = ("company_manager", "employee", "supervisor", "worker")
"""The roles every company starts with."""

# One row an area, as the group's own table has it: verbs | company_manager | employee | supervisor | worker.
# The super administrator has every verb of every area.
_RIGHTS = """
dashboard      | view                    | all  | all         | all         | all
companies      | view create edit delete | -    | -           | -           | -
employees      | view create edit delete | all  | view        | view        | -
reports        | view create export      | all  | view        | view        | -
settings       | view edit               | view | -           | -           | -
attendance     | view edit               | all  | view        | all         | view
leave_requests | view approve create     | all  | view create | all         | view create
payroll        | view edit process       | all  | view        | view        | view
documents      | view upload delete      | all  | view upload | view upload | view
performance    | view edit               | all  | view        | all         | view
"""


def _codes() -> tuple[tuple[str, ...], dict[str, frozenset[str]]]:
    every: list[str] = []
    by_role: dict[str, list[str]] = {name: [] for name in COMPANY_ROLES}
    for line in _RIGHTS.strip().splitlines():
        area, verbs, *columns = (cell.strip() for cell in line.split("|"))
        codes = [f"{area}:{verb}" for verb in verbs.split()]
        every += codes
        for role, cell in zip(COMPANY_ROLES, columns, strict=True):
            by_role[role] += {"all": codes, "-": []}.get(cell, [f"{area}:{verb}" for verb in cell.split()])
    granted = {"super_admin": frozenset(every), **{role: frozenset(codes) for role, codes in by_role.items()}}
    return tuple(every), granted


PERMISSION_CODES, ROLE_PERMISSIONS = _codes()
"""Every permission code (``area:verb``), and the codes each role starts with."""
