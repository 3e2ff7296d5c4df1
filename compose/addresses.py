"""Where the servers are inside the containers' network, and how their clients know them."""

from typing import Final

from common.runtime.provision import database_name

DATABASE: Final = "postgres:5432"
DATABASE_TRANSPORT: Final = "sslmode=verify-full&sslrootcert=/run/secrets/database_ca"
REDIS: Final = "redis:6379"
REDIS_TRANSPORT: Final = "ssl_ca_certs=/run/secrets/redis_ca"


def database_url(service: str, role: str, password: str) -> str:
    """The service's database as one of its roles."""
    return f"postgresql://{role}:{password}@{DATABASE}/{database_name(service)}?{DATABASE_TRANSPORT}"


def server_url(password: str) -> str:
    """PostgreSQL as its superuser, without a database."""
    return f"postgresql://postgres:{password}@{DATABASE}?{DATABASE_TRANSPORT}"


def redis_url(service: str, password: str, database: int) -> str:
    """One of Redis's databases as a service: 0 is the broker, 1 the cache."""
    return f"rediss://{service}:{password}@{REDIS}/{database}?{REDIS_TRANSPORT}"
