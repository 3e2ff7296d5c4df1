"""Documents, their files, versions and categories."""

from collections.abc import Callable
from uuid import uuid4

import httpx

from tests.e2e.contract.requests import PAPER
from tests.e2e.contract.world import Scene, World
from tests.e2e.house import Person


def documents(world: World) -> Scene:
    """Everybody in the company has some to see; who belongs nowhere has none."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        query={"search": "contract", "q": "contract", "uploaded_by": world.manager.id},
    )


def new_document(world: World) -> Scene:
    """A worker uploads nothing."""
    return Scene(by=world.manager, not_by=world.worker)


def document(world: World) -> Scene:
    """A document with a version more, here and in the other company."""
    return Scene(
        by=world.manager,
        not_by=world.outsider,
        path={"documentId": uploaded(world, world.manager)},
        foreign={"documentId": uploaded(world, world.hr, company_id=world.other_company)},
    )


def document_to_change(world: World) -> Scene:
    """A worker may read what is open to the company, and change nothing."""
    found = document(world)
    return Scene(
        by=found.by,
        not_by=world.worker,
        path={"documentId": uploaded(world, world.manager, is_public="true")},
        foreign=found.foreign,
    )


def new_category(world: World) -> Scene:
    """Inside another one."""
    return Scene(
        by=world.manager,
        not_by=world.worker,
        fields={"parent_category_id": lambda names, given: category(world)},
    )


def category(world: World) -> str:
    """The id of a category."""
    body = {"name": uuid4().hex}
    return str(world.made(world.manager, "document", "/categories", "category", body)["id"])


def uploaded(world: World, person: Person, **fields: str) -> str:
    """The id of a new document."""
    answer = person.ask(
        "POST",
        "document",
        "/documents",
        data={"title": "contract", "category": "Contracts", "tags": "signed,contract", **fields},
        files={"file": ("contract.pdf", PAPER + uuid4().bytes, "application/pdf")},
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["document"]["id"])


SCENES: dict[str, Callable[[World], Scene]] = {
    "GET /documents": documents,
    "POST /documents": new_document,
    "GET /documents/{documentId}": document,
    "PUT /documents/{documentId}": document_to_change,
    "DELETE /documents/{documentId}": document_to_change,
    "GET /documents/{documentId}/download": document,
    "GET /documents/{documentId}/versions": document,
    "POST /documents/{documentId}/versions": document_to_change,
    "GET /categories": documents,
    "POST /categories": new_category,
    "GET /search": documents,
    "GET /statistics": documents,
}
