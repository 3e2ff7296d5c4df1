"""Checks that what is easy to get wrong about Celery, Redis, roles and tenancy is right."""

from celery import current_app
from django.conf import settings
from django.db import connection
from redis import Redis, RedisError

from common.conf.celery import REQUIRED, VISIBILITY_TIMEOUT


def broker_faults() -> list[str]:
    """Sentences about Celery settings that would lose or repeat work; empty when all is well."""
    faults = [
        f"Celery's {name} must be {wanted!r} and is {current_app.conf.get(name)!r}."
        for name, wanted in REQUIRED.items()
        if current_app.conf.get(name) != wanted
    ]
    options = current_app.conf.broker_transport_options
    if options.get("visibility_timeout") != VISIBILITY_TIMEOUT:
        faults.append(
            f"The visibility timeout must be {VISIBILITY_TIMEOUT} s in every service on this broker."
        )
    if not options.get("socket_timeout"):
        faults.append("The broker connection has no socket timeout: a hanging Redis would hang the workers.")
    return faults


def redis_faults() -> list[str]:
    """Sentences about the Redis server's own settings; an unreachable server is a fault too."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
            policy = redis.info("memory").get("maxmemory_policy")
    except RedisError as error:
        return [f"Redis does not answer: {error}."]
    if policy != "noeviction":
        return [
            f"Redis evicts keys ({policy}): set maxmemory-policy to noeviction, or queued messages vanish."
        ]
    return []


def role_faults(role: str | None = None) -> list[str]:
    """Sentences about what row-level security would not bind: ``role`` (default: this process's) and tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = coalesce(%s, current_user)", [role]
        )
        (unbound,) = cursor.fetchone()
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1"
        )
        open_tables = [row[0] for row in cursor.fetchall()]
    faults = []
    if unbound:
        faults.append("This process connects as a role that row-level security does not bind.")
    faults += [f"The table {table} has a company and no forced row-level security." for table in open_tables]
    return faults


def faults() -> list[str]:
    """All of the above."""
    return [*broker_faults(), *redis_faults(), *role_faults()]
