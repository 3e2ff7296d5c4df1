"""What passes between the orchestrator and a participant, and what a participant's handler returns."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from common.contracts.base import Command
from common.errors import DomainError

CommandT = TypeVar("CommandT", bound=Command)


class Direction(StrEnum):
    """Forwards or backwards."""

    DO = "do"
    UNDO = "undo"


class Status(StrEnum):
    """How a command ended at the participant."""

    DONE = "done"
    REFUSED = "refused"
    """By a rule of business; trying again would not help."""
    FAILED = "failed"
    """By trouble; nothing was changed, try again."""
    STALE = "stale"
    """The sender is no longer the saga's owner, or the step was undone before it was done."""


class CommandMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One command on the wire."""

    saga_id: UUID
    step: str
    company_id: UUID
    fence: int
    command: dict[str, Any]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One participant's answer on the wire; ``error`` has code, message, status and details."""

    saga_id: UUID
    step: str
    direction: Direction
    fence: int
    status: Status
    result: dict[str, Any] = {}
    error: dict[str, Any] = {}


@dataclass(frozen=True)
class Call(Generic[CommandT]):
    """One command as a participant's handler sees it; ``done`` is what the step's action had returned."""

    saga_id: UUID
    step: str
    company_id: UUID
    command: CommandT
    done: dict[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one call."""

    status: Status
    result: dict[str, Any]
    error: dict[str, Any]

    @classmethod
    def done(cls, result: dict[str, Any] | None = None) -> "Outcome":
        """It happened; ``result`` is kept for later steps and for the compensation (JSON values only)."""
        return cls(Status.DONE, result or {}, {})

    @classmethod
    def refused(cls, error: DomainError) -> "Outcome":
        """A rule forbids it; the saga compensates and the client gets this error."""
        return cls(
            Status.REFUSED,
            {},
            {
                "code": error.code,
                "message": str(error.message),
                "status": error.status,
                "details": error.details,
            },
        )

    @classmethod
    def failed(cls, error: BaseException) -> "Outcome":
        """Trouble; nothing was changed and the saga tries again."""
        message = f"{type(error).__name__}: {error}"[:2_000]
        return cls(
            Status.FAILED, {}, {"code": "STEP_FAILED", "message": message, "status": 503, "details": {}}
        )
