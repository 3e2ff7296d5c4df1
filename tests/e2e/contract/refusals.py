"""How each published refusal is met."""

from collections.abc import Callable, Mapping
from uuid import uuid4

import httpx

from tests.e2e.contract.answers import keeps_to_contract, names_what_is_wrong
from tests.e2e.contract.facts import FORM, JSON, Operation
from tests.e2e.contract.requests import bad_bodies, body, full
from tests.e2e.contract.scenes import SCENES
from tests.e2e.contract.world import Scene, World, new_email
from tests.waiting import wait_until

TOO_MANY_BYTES = 26_300_000
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\0" * 2000

Meet = Callable[[World, Operation], None]


def malformed(world: World, operation: Operation) -> None:
    """400: nobody can read the body."""
    broken = {FORM: b"--nothing like a form", JSON: b'{"name": '}[operation.body_type]
    answer = world.send(
        operation, scene(world, operation), content=broken, headers={"Content-Type": operation.body_type}
    )
    keeps_to_contract(operation, answer, 400)


def not_signed_in(world: World, operation: Operation) -> None:
    """401: no token, and one that is none."""
    found = scene(world, operation)
    anonymous = Scene(path=found.path)
    content = full(operation, found)
    keeps_to_contract(operation, world.send(operation, anonymous, body=content), 401)
    rubbish = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
    keeps_to_contract(operation, world.send(operation, anonymous, body=content, headers=rubbish), 401)


def not_allowed(world: World, operation: Operation) -> None:
    """403: signed in, but without the right."""
    found = scene(world, operation)
    assert found.not_by is not None
    forbidden = Scene(by=found.not_by, path=found.path)
    keeps_to_contract(operation, world.send(operation, forbidden, body=full(operation, found)), 403)


def not_there(world: World, operation: Operation) -> None:
    """404: nothing has that id; something of another company looks just the same."""
    found = scene(world, operation)
    content = full(operation, found)
    nowhere = {name: str(uuid4()) for name in found.path}
    unknown = keeps_to_contract(operation, world.send(operation, found, body=content, path=nowhere), 404)
    if found.foreign:
        answer = world.send(operation, found, body=content, path=found.foreign)
        theirs = keeps_to_contract(operation, answer, 404)
        assert theirs["error"] == unknown["error"]


def there_already(world: World, operation: Operation) -> None:
    """409: the same once more."""
    found = scene(world, operation)
    content = body(operation, found, set(operation.required))
    assert world.send(operation, found, body=content).status_code == operation.good_status
    again = scene(world, operation)
    keeps_to_contract(operation, world.send(operation, again, body=content, path=found.path), 409)


def too_large(world: World, operation: Operation) -> None:
    """413: more than anybody's document."""
    found = scene(world, operation)
    content = full(operation, found) or {}
    content["file"] = ("large.pdf", b"%PDF-1.4\n" + b"x" * TOO_MANY_BYTES, "application/pdf")
    keeps_to_contract(operation, world.send(operation, found, body=content), 413)


def of_another_kind(world: World, operation: Operation) -> None:
    """415: a program that calls itself a document, and a body that is no form."""
    found = scene(world, operation)
    content = full(operation, found) or {}
    content["file"] = ("report.pdf", PROGRAM, "application/pdf")
    keeps_to_contract(operation, world.send(operation, found, body=content), 415)
    answer = world.send(operation, found, content=b"title", headers={"Content-Type": "text/plain"})
    keeps_to_contract(operation, answer, 415)


def not_valid(world: World, operation: Operation) -> None:
    """422: each thing that the facts exclude, and the answer names the field."""
    found = scene(world, operation)
    for name, names, given in bad_bodies(operation):
        answer = world.send(operation, found, body=body(operation, found, names, given))
        names_what_is_wrong(answer, name, given.get(name, "left out"))
        keeps_to_contract(operation, answer, 422)


def wrong_password(world: World, operation: Operation) -> None:
    """401: not the password."""
    found = scene(world, operation)
    content = {**(full(operation, found) or {}), "password": "not the password"}
    keeps_to_contract(operation, world.send(operation, found, body=content), 401)
    nobody = {**content, "email": new_email()}
    keeps_to_contract(operation, world.send(operation, found, body=nobody), 401)


def used_token(world: World, operation: Operation) -> None:
    """401: a refresh token works once; one that never was does not."""
    found = scene(world, operation)
    content = full(operation, found)
    assert world.send(operation, found, body=content).status_code == httpx.codes.OK
    keeps_to_contract(operation, world.send(operation, found, body=content), 401)
    never = {"refresh_token": "x" * 43}
    keeps_to_contract(operation, world.send(operation, found, body=never), 401)


def used_link(world: World, operation: Operation) -> None:
    """400: a link works once; one that never was does not."""
    found = scene(world, operation)
    content = full(operation, found)
    assert world.send(operation, found, body=content).status_code == httpx.codes.OK
    keeps_to_contract(operation, world.send(operation, found, body=content), 400)
    unknown = world.send(operation, found, body=content, path={"token": "x" * 43})
    keeps_to_contract(operation, unknown, 400)


def wrong_current_password(world: World, operation: Operation) -> None:
    """400: who forgot the password cannot change it here."""
    malformed(world, operation)
    found = scene(world, operation)
    content = {**(full(operation, found) or {}), "current_password": "not the password"}
    keeps_to_contract(operation, world.send(operation, found, body=content), 400)


def unknown_address(world: World, operation: Operation) -> None:
    """404 is published; 200 is answered. See the departures."""
    answer = world.send(operation, Scene(), body={"email": new_email()})
    keeps_to_contract(operation, answer, 200)


def database_away(world: World, operation: Operation) -> None:
    """503: PostgreSQL takes no connection for as long as its first process is frozen."""
    postgres = world.house.stack.process("postgres")
    postgres.pause()
    try:
        # A service remembers for a second that its database was well.
        wait_until(
            lambda: world.send(operation, Scene()).status_code == 503, "the service misses its database"
        )
        answer = world.send(operation, Scene())
    finally:
        postgres.resume()
    keeps_to_contract(operation, answer, 503)
    wait_until(lambda: world.send(operation, Scene()).status_code == 200, "the service is well again")


def scene(world: World, operation: Operation) -> Scene:
    """The operation's scene, made anew."""
    return SCENES[str(operation)](world)


BY_STATUS: Mapping[int, Meet] = {
    400: malformed,
    401: not_signed_in,
    403: not_allowed,
    404: not_there,
    409: there_already,
    413: too_large,
    415: of_another_kind,
    422: not_valid,
    503: database_away,
}
SPECIAL: Mapping[tuple[str, int], Meet] = {
    ("auth POST /login", 401): wrong_password,
    ("auth POST /refresh", 401): used_token,
    ("auth POST /password/change", 400): wrong_current_password,
    ("auth POST /password/reset", 404): unknown_address,
    ("auth POST /password/reset/{token}", 400): used_link,
    ("auth POST /email/verify/{token}", 400): used_link,
}
"""Where a refusal has a reason of its own."""
