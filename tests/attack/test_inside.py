"""API7, server side request forgery: no service fetches what a request tells it to."""

from collections.abc import Iterator

import pytest

from common.testing.hostile import Listener
from tests.attack.ledger import Ledger
from tests.attack.openapi import field_schema, operations
from tests.attack.town import Town

INSIDE = (
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0x7f.1:{port}/",
    "http://2130706433:{port}/",
    "http://good.example@127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_x",
    "file:///etc/passwd",
)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Who is called."""
    with Listener().running() as listener:
        yield listener


def test_no_address_in_a_body_is_called(town: Town, ledger: Ledger, listener: Listener) -> None:
    with ledger.attack("API7 addresses inside") as attack:
        for operation in operations(town.house, share=1):
            schema = field_schema(town.house, operation).get("properties", {})
            names = [name for name, facts in schema.items() if is_address(name, facts)]
            for name in names:
                own = town.named_in(operation.path, own=True)
                body = operation.body(town.ids)["json"]
                for address in INSIDE:
                    value = address.format(port=listener.port)
                    answer = town.send(
                        town.administrator.token,
                        operation,
                        path=operation.address(own),
                        json={**body, "name": value[-20:], name: value},
                    )
                    attack.holds("root:" not in answer.text, f"{operation}, {name}: {answer.text[:200]}")
        town.house.wait_quiet()
        attack.holds(listener.connections == 0, f"{listener.connections} connections came from inside")


def is_address(name: str, facts: dict[str, object]) -> bool:
    """Whether a field holds the address of something."""
    return facts.get("format") == "uri" or name.endswith(("url", "website", "link"))


def test_no_key_is_fetched_from_where_a_token_says(town: Town, ledger: Ledger, listener: Listener) -> None:
    import jwt

    from tests.attack.forgeries import STRANGERS_KEY

    claims = jwt.decode(town.manager.token, options={"verify_signature": False})
    before = listener.connections
    address = f"http://127.0.0.1:{listener.port}/key"
    with ledger.attack("API7 addresses inside") as attack:
        for operation in operations(town.house, share=20):
            for header in ("jku", "x5u", "kid"):
                token = jwt.encode(claims, STRANGERS_KEY, algorithm="EdDSA", headers={header: address})
                answer = town.send(token, operation)
                attack.holds(operation.is_public or answer.status_code == 401, f"{operation} with {header}")
        attack.holds(listener.connections == before, "a key was fetched")
