"""Sixty-four clients hire one person after the other over HTTP and wait for each."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from common.runtime.client import Client, SignIn, UnansweredError

CLIENTS = 64


@dataclass
class Singles:
    """What the clients measured: seconds of each 201, and what else they were told."""

    seconds: list[float] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def hire_singly(
    urls: Mapping[str, str], sign_in: SignIn, company_id: UUID, seconds: float, clients: int = CLIENTS
) -> Singles:
    """Hires for ``seconds``; requests under way at the end are waited for."""
    found = Singles()
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_work, args=(Client(urls, sign_in), company_id, until, found))
        for _ in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def body(company_id: UUID) -> dict[str, str]:
    """A request to hire somebody new."""
    return {
        "company_id": str(company_id),
        "first_name": "Some",
        "last_name": "Person",
        "full_name_ar": "شخص جديد",
        "email": f"{uuid4().hex}@bench.example",
        "position": "Clerk",
        "hire_date": "2026-01-01",
    }


def _work(client: Client, company_id: UUID, until: float, found: Singles) -> None:
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            answer = client.call("employee", "POST", "/employees", body(company_id))
        except UnansweredError as error:
            found.others.append(str(error))
            continue
        if answer.status == 201:
            found.seconds.append(time.monotonic() - began)
        else:
            found.others.append(f"{answer.status} {answer.error_code}")
    client.close()
