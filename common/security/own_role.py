"""Refuses to serve with a database role that row-level security and the grants do not bind."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from common.conf.env import ConfigurationError

_QUESTION = """
    SELECT current_user, CASE
        WHEN r.rolsuper THEN 'is a superuser'
        WHEN r.rolbypassrls THEN 'goes past row-level security'
        WHEN EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace
                     AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER')) THEN 'owns the tables'
    END
    FROM pg_roles AS r WHERE r.rolname = current_user
"""


def require_run_time_role() -> None:
    """Check the role now, and with every connection made later; for web, worker and relay, at their start.

    A database that does not answer yet is no reason to refuse: then the first connection is checked.

    Raises:
        ConfigurationError: The role has more power than a running process may have.
    """
    connection_created.connect(_check, dispatch_uid="require run-time role")
    try:
        connection.ensure_connection()
    except OperationalError:
        return
    except ImproperlyConfigured as error:
        raise ConfigurationError(str(error)) from None
    connection.close()


def _check(connection: BaseDatabaseWrapper, **_said: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        role, power = cursor.fetchone()
    if power:
        # One that stays open would be used by the next query, unchecked.
        connection.close()
        raise ImproperlyConfigured(
            f"The database role {role} {power}: give this process the DATABASE_URL of the run-time role."
        )
