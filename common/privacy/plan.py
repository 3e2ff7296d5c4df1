"""What a service says about the personal data it holds; the rest of this package acts on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from common.privacy.choices import Holding, SubjectKind
from common.privacy.subjects import Erased, Order, Subject

Rows = Callable[[Subject], QuerySet[Model]]


@dataclass(frozen=True)
class Share:
    """Rows that are held on a person; ``leave_out`` names columns that are secrets and not data (a password)."""

    holding: Holding
    rows: Rows
    leave_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """How long something is kept. ``days`` counts from the moment that ``title`` names.

    ``due`` counts what is older than a moment; ``apply`` removes or masks one piece of it in a transaction of
    its own and returns how many, 0 when nothing is left: a killed run is gone on with by the next.
    """

    name: str
    title: str | Promise
    days: int
    due: Callable[[datetime], int]
    apply: Callable[[datetime], int]


@dataclass(frozen=True)
class Held:
    """Which person a row of ``model`` (``app.Model``) is about: the id in ``person``, an employee's or account's.

    Plans name these by the part of addresses that holds the row's id: reading it there is logged, but not by the
    person themselves, whose ``account`` it is.
    """

    model: str
    person: str
    kind: SubjectKind = SubjectKind.EMPLOYEE
    company: str | None = "company_id"
    account: str | None = None


@dataclass(frozen=True)
class Named:
    """Where the names behind ids are found: in rows of ``model`` (``app.Model``), by the id in ``key``.

    ``found`` says which of those rows have a name that begins with a text.
    """

    model: str
    key: str
    found: Callable[[str], Q]


@dataclass(frozen=True)
class Plan:
    """A service's own part; what every service has is added by this package.

    ``names`` says where the names of those are found whom the service owns; others' are in its copies.
    ``erase`` carries out an order in an open scope of all companies. ``erase_late`` takes away what came about
    erased ids after that and returns how many rows had something to take.
    """

    shares: tuple[Share, ...] = ()
    erase: Callable[[Order], Erased] = field(default=lambda order: Erased(lines=[]))
    erase_late: Callable[[Sequence[UUID]], int] = field(default=lambda ids: 0)
    rules: tuple[Rule, ...] = ()
    held: Mapping[str, Held] = field(default_factory=dict)
    names: Mapping[SubjectKind, Named] = field(default_factory=dict)


@cache
def service_plan() -> Plan:
    """The plan that the service's settings name."""
    plan: Plan = import_string(settings.SERVICE.privacy) if settings.SERVICE.privacy else Plan()
    return plan
