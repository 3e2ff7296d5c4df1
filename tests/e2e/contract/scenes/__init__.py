"""A scene for each operation: who asks for what, so that a request made of the facts is a good one."""

from collections.abc import Callable

from tests.e2e.contract.facts import operations
from tests.e2e.contract.scenes import auth, company, document, employee, notification
from tests.e2e.contract.world import Scene, World

Make = Callable[[World], Scene]

SCENES: dict[str, Make] = {
    f"{name} {operation}": make
    for name, scenes in (
        ("auth", auth.SCENES),
        ("company", company.SCENES),
        ("document", document.SCENES),
        ("employee", employee.SCENES),
        ("notification", notification.SCENES),
    )
    for operation, make in scenes.items()
}


def nobody(world: World) -> Scene:
    """GET /health, which everybody may ask."""
    return Scene()


SCENES |= {str(each): nobody for each in operations() if each.path == "/health"}
