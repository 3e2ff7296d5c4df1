"""Calling a plan's ``write`` so that one bad row is refused and not the batch that it came in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import DataError, IntegrityError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import override

from common.errors import DomainError
from common.legacy.choices import QuarantineReason
from common.legacy.mapper import Imported, Quarantined
from common.legacy.plan import Written

Write = Callable[[Sequence[Imported[Any]]], Written]
Remove = Callable[[Sequence[UUID]], Mapping[UUID, str]]


def write_halving(write: Write, items: Sequence[Imported[Any]]) -> Written:
    """Call ``write``; when it fails for all, for each half, down to the rows to blame, which are refused."""
    if not items:
        return Written()
    try:
        with transaction.atomic():
            written = write(items)
            # Foreign keys are checked at the commit, which would blame nobody in particular.
            connection.check_constraints()
            return written
    except (IntegrityError, DataError, DomainError) as error:
        if len(items) == 1:
            return Written({items[0].id: Quarantined(QuarantineReason.REFUSED, detail=why(error))})
    middle = len(items) // 2
    first, second = write_halving(write, items[:middle]), write_halving(write, items[middle:])
    return Written({**first.refused, **second.refused}, [*first.todo, *second.todo])


def remove_halving(remove: Remove, ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """Call ``remove`` likewise; answers what must stay and why."""
    if not ids:
        return {}
    try:
        with transaction.atomic():
            staying = remove(ids)
            connection.check_constraints()
            return staying
    except (IntegrityError, DataError, DomainError) as error:
        if len(ids) == 1:
            return {ids[0]: why(error)}
    middle = len(ids) // 2
    return {**remove_halving(remove, ids[:middle]), **remove_halving(remove, ids[middle:])}


def why(error: Exception) -> str:
    """What is kept of a refusal: code and English sentence of an error, or the name of what was violated."""
    if isinstance(error, DomainError):
        with override("en"):
            return f"{error.code}: {error.message}"
    violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return violated or str(error).splitlines()[0]


def sentence_of_constraint(name: str) -> str | Promise | None:
    """What the model says about a violation of its constraint ``name``, if some model has it."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name and constraint.violation_error_message:
                return constraint.violation_error_message
    return None
