"""Turns a named constraint's violation into the refusal that a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from psycopg.errors import IntegrityError as PostgresIntegrityError

from common.errors import DomainError


@contextmanager
def refused_by(constraint: str, error: type[DomainError]) -> Iterator[None]:
    """Raise ``error`` when PostgreSQL refuses the block's writes because of ``constraint``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as violation:
        cause = violation.__cause__
        if isinstance(cause, PostgresIntegrityError) and cause.diag.constraint_name == constraint:
            raise error from violation
        raise
