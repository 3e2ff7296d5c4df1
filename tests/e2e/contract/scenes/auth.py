"""Accounts: most people here have just registered, so that ending their sessions disturbs nobody."""

from collections.abc import Callable

import httpx

from tests.e2e.contract.world import PASSWORD, Scene, World

NEW_PASSWORD = "another password nobody guesses"


def own_account(world: World) -> Scene:
    """Somebody with their own account and nothing else."""
    return Scene(by=world.registered())


def member(world: World) -> Scene:
    """Somebody who has a role, too."""
    return Scene(by=world.member)


def register(world: World) -> Scene:
    """A new account."""
    return Scene(fields={"company_id": world.company})


def login(world: World) -> Scene:
    """Somebody who belongs to the company they name."""
    email = world.member.email
    return Scene(fields={"email": email, "password": PASSWORD, "company_id": world.company})


def refresh(world: World) -> Scene:
    """A refresh token that was never used."""
    return Scene(fields={"refresh_token": world.registered().refresh_token})


def password_change(world: World) -> Scene:
    """The current password is right."""
    return Scene(by=world.registered(), fields={"current_password": PASSWORD, "new_password": NEW_PASSWORD})


def password_reset_request(world: World) -> Scene:
    """An address that is known."""
    return Scene(fields={"email": world.registered().email})


def password_reset(world: World) -> Scene:
    """The link in the mail that was asked for."""
    return Scene(path={"token": world.reset_token()}, fields={"new_password": NEW_PASSWORD})


def email_verify(world: World) -> Scene:
    """The link in the mail that asks for a confirmation."""
    return Scene(path={"token": world.verification_token()})


def roles(world: World) -> Scene:
    """A worker may not look at settings."""
    return Scene(by=world.manager, not_by=world.worker)


def session(world: World) -> Scene:
    """Another session of the same person; and one of somebody else's."""
    person = world.registered()
    body = {"email": person.email, "password": PASSWORD}
    httpx.post(f"{world.house.stack.url('auth')}/login", json=body, timeout=60).raise_for_status()
    mine = [each["id"] for each in person.get("auth", "/sessions")["sessions"]]
    theirs = world.registered().get("auth", "/sessions")["sessions"]
    return Scene(by=person, path={"sessionId": mine[0]}, foreign={"sessionId": theirs[0]["id"]})


SCENES: dict[str, Callable[[World], Scene]] = {
    "POST /register": register,
    "POST /login": login,
    "POST /logout": own_account,
    "POST /refresh": refresh,
    "GET /profile": member,
    "PUT /profile": own_account,
    "POST /password/reset": password_reset_request,
    "POST /password/change": password_change,
    "POST /password/reset/{token}": password_reset,
    "POST /email/verify/{token}": email_verify,
    "POST /email/resend-verification": own_account,
    "GET /roles": roles,
    "GET /sessions": own_account,
    "DELETE /sessions": own_account,
    "DELETE /sessions/{sessionId}": session,
}
