"""Who is hired into which company, how the client behaves, and what must come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID, uuid5

SPACE = UUID("6ddce2f2-42a5-4c1e-9f2f-5a1f2cf4a2b0")


class Manner(StrEnum):
    """How a client asks."""

    WAITING = "waits for the answer"
    ASYNC = "respond-async"
    IMPATIENT = "hangs up soon and asks again"


class Kind(StrEnum):
    """What is special about a hire."""

    PLAIN = "plain"
    TWIN = "an address that another hire of the plan uses too"
    INACTIVE = "into an inactive company"
    SEATED = "into a company with a seat limit"


@dataclass(frozen=True)
class Hire:
    """One person to hire; ``key`` is the Idempotency-Key of every try."""

    key: str
    kind: Kind
    manner: Manner
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Companies:
    """Where people are hired."""

    opened: Sequence[UUID]
    inactive: UUID
    seated: UUID


def make_plan(*, seed: int, turn: int, count: int, companies: Companies) -> list[Hire]:
    """``count`` hires, the same for the same seed and turn: of 20 there are 16 plain, 2 twins, 1 and 1."""
    random = Random(f"{seed}/{turn}")
    hires = [_hire(random, seed, turn, number, companies) for number in range(count)]
    random.shuffle(hires)
    return hires


def _hire(random: Random, seed: int, turn: int, number: int, companies: Companies) -> Hire:
    kind = {0: Kind.INACTIVE, 1: Kind.SEATED, 2: Kind.TWIN, 3: Kind.TWIN}.get(number % 20, Kind.PLAIN)
    company = {Kind.INACTIVE: companies.inactive, Kind.SEATED: companies.seated}.get(kind)
    # Neighbours share an address, most often in different companies.
    mark = f"twin{number // 20}" if kind is Kind.TWIN else f"person{number}"
    return Hire(
        key=str(uuid5(SPACE, f"{seed}/{turn}/{number}")),
        kind=kind,
        manner=random.choice(list(Manner)),
        body={
            "company_id": str(company or random.choice(companies.opened)),
            "first_name": f"Person {number}",
            "last_name": f"Of turn {turn}",
            "email": f"{mark}.turn{turn}@soak.example",
            "position": "Clerk",
            "hire_date": "2026-01-01",
        },
    )
