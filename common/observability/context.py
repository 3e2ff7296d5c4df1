"""Who and what the running code works for: bound once at the entrance, read by logs and by the event log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from structlog.contextvars import bind_contextvars, clear_contextvars

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_actor_id: ContextVar[UUID | None] = ContextVar("actor_id", default=None)


def current_request_id() -> str | None:
    """The id of the request, or of the request that started this task; None outside both."""
    return _request_id.get()


def current_actor_id() -> UUID | None:
    """The person on whose behalf the code runs; None for the system itself."""
    return _actor_id.get()


def bind_actor(actor_id: UUID, company_id: UUID | None = None) -> None:
    """Name the person, known once they are authenticated; later log lines of the request carry the ids."""
    _actor_id.set(actor_id)
    bind_contextvars(actor_id=str(actor_id), company_id=str(company_id) if company_id else None)


@contextmanager
def work_context(*, request_id: str | None, actor_id: UUID | None = None, **fields: str) -> Iterator[None]:
    """Bind the ids (and ``fields``, for the log only) while the block runs: one request, or one task."""
    clear_contextvars()
    request_token, actor_token = _request_id.set(request_id), _actor_id.set(None)
    bound = {"request_id": request_id, **fields}
    bind_contextvars(**{name: value for name, value in bound.items() if value is not None})
    if actor_id is not None:
        bind_actor(actor_id)
    try:
        yield
    finally:
        clear_contextvars()
        _request_id.reset(request_token)
        _actor_id.reset(actor_token)
