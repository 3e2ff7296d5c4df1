"""Notices, their templates, and what people want to be told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from tests.e2e.contract.world import Scene, World
from tests.e2e.house import Person

WORDS = {
    "content_en": "Good morning {{ name }}",
    "content_ar": "صباح الخير {{ name }}",
    "variables": ["name"],
}
CHANNELS = ("in_app", "email", "sms", "push")
PLAIN = {"content_en": "Good morning", "content_ar": "صباح الخير"}


def own(world: World) -> Scene:
    """One's own notices and choices."""
    return Scene(by=world.manager, not_by=world.outsider)


def preferences(world: World) -> Scene:
    """Somebody's who is asked for nothing else."""
    leave = {"email": True, "sms": False, "push": False, "in_app": True}
    return Scene(by=world.member, not_by=world.outsider, fields={"categories": {"leave": leave}})


def send(world: World) -> Scene:
    """To the worker, who wants everything, by a template of the channel that is asked for."""
    wanted = {f"{channel}_enabled": True for channel in CHANNELS}
    assert world.worker.ask("PUT", "notification", "/preferences", json=wanted).is_success
    return Scene(
        by=world.manager,
        not_by=world.worker,
        fields={
            "user_id": world.worker.id,
            "template_id": partial(template, world),
            "variables": {"name": "Huda"},
            "scheduled_at": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%S}Z",
            "metadata": {"reason": "contract"},
        },
    )


def template(world: World, names: set[str], given: dict[str, Any]) -> str:
    """The id of a template that a body with the fields ``names`` can be worded by."""
    channel = given["type"] if given.get("type") in CHANNELS else "email"
    wording = WORDS if "variables" in names else PLAIN
    body = {"name": f"contract_{uuid4().hex[:8]}", "type": channel, **wording}
    if channel == "email":
        body |= {"subject_en": "Good morning", "subject_ar": "صباح الخير"}
    return str(world.made(world.manager, "notification", "/templates", "template", body)["id"])


def notice(world: World) -> Scene:
    """One's own notice; and somebody else's."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        path={"notificationId": noticed(world, world.manager)},
        foreign={"notificationId": noticed(world, world.worker)},
    )


def noticed(world: World, person: Person) -> str:
    """The id of a notice in the person's inbox."""
    body = {
        "user_id": person.id,
        "type": "in_app",
        "template_id": template(world, set(), {"type": "in_app"}),
    }
    return str(world.made(world.manager, "notification", "/notifications", "notification", body)["id"])


def templates(world: World) -> Scene:
    """A worker may not look at settings."""
    return Scene(by=world.manager, not_by=world.worker)


SCENES: dict[str, Callable[[World], Scene]] = {
    "GET /notifications": own,
    "POST /notifications": send,
    "GET /notifications/{notificationId}": notice,
    "PATCH /notifications/{notificationId}": notice,
    "PATCH /notifications/mark-all-read": own,
    "GET /templates": templates,
    "GET /preferences": own,
    "PUT /preferences": preferences,
}
