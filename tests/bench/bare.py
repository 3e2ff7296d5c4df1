"""The least a list can cost: a Starlette handler that reads rows with psycopg and writes them with orjson.

Nobody signs in, no scope, no policy: it connects as a superuser. Run by uvicorn in a process of its own.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_QUERY = os.environ["BARE_QUERY"]
_POOL = AsyncConnectionPool(
    os.environ["BARE_DSN"], min_size=2, max_size=4, open=False, kwargs={"autocommit": True}
)


async def rows(_request: Request) -> Response:
    """Fifty rows as a list answer."""
    async with _POOL.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        found = await (await cursor.execute(_QUERY.encode())).fetchall()
    body = orjson.dumps({"success": True, "rows": found}, default=str)
    return Response(body, media_type="application/json")


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    async with _POOL:
        yield


app = Starlette(routes=[Route("/rows", rows)], lifespan=_lifespan)
