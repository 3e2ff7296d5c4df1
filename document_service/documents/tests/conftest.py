"""Who asks, and where files are kept meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from common.messaging.tests.conftest import token_of

__all__ = ["token_of"]

Client = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A storage of the test's own, and no limit of transfers."""
    settings.DOCUMENT_TRANSFERS = 1000
    folder = tmp_path / "documents"
    settings.DOCUMENT_SPOOL_DIR = str(folder / "incoming")
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {
            "BACKEND": "document_service.documents.files.storage.FolderStorage",
            "OPTIONS": {"location": str(folder)},
        },
    }
    return folder


@pytest.fixture
def as_role(api: Client, person_token: Callable[..., str], company_id: UUID) -> Client:
    """A client of somebody of the company with this role."""

    def client(role: str, **claims: Any) -> Any:
        return api(person_token(role=role, **{"company_id": company_id, **claims}))

    return client


@pytest.fixture
def manager(as_role: Client) -> Any:
    """A client of the company's manager."""
    return as_role("company_manager")
