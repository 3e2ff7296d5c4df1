"""Whom a request about personal data is about, and what a service answers."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from common.contracts.base import readable


@readable
class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One employment of a person in one company; what other companies hold is not touched."""

    company_id: UUID
    employee_id: UUID
    user_id: UUID

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """What rows may name the person by."""
        return self.employee_id, self.user_id


@readable
class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure to carry out. Until ``keep_until`` the law has the employment's records kept; None: no longer.

    ``account`` says whether the account goes as well: the auth service decides that, as the first to be asked.
    """

    request_id: UUID
    subject: Subject
    keep_until: date | None = None
    account: bool = False

    @property
    def full(self) -> bool:
        """Whether nothing has to be kept."""
        return self.keep_until is None

    @property
    def ids(self) -> list[UUID]:
        """The ids whose traces are to go."""
        return [
            *([self.subject.employee_id] if self.full else []),
            *([self.subject.user_id] if self.account else []),
        ]


@readable
class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one kind of data: values of Holding, Fate and, where it was kept, Because."""

    holding: str
    fate: str
    rows: int
    because: str = ""
    until: date | None = None


@readable
class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What a service has done about an order; ``account`` is the auth service's decision."""

    lines: list[Line]
    account: bool = False


@readable
class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one kind of data that a service holds on a person, with words for readers."""

    holding: str
    title: str
    labels: dict[str, str]
    rows: list[dict[str, Any]]
