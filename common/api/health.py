"""GET /health: whether this process and its database answer."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.documented_errors import ErrorResponse
from common.api.errors import CODES, envelope, timestamp
from common.api.views import ServiceAPIView

TIMEOUT = 2
KEPT = 1.0

Block = Callable[[], Mapping[str, Any]]

log = structlog.get_logger(__name__)
_started = time.monotonic()
_blocks: dict[str, Block] = {}
_shapes: dict[str, type[serializers.Serializer[Any]]] = {}


class HealthPart(serializers.Serializer[Any]):
    """A part of the service: up, down or unknown."""

    status = serializers.CharField()


def register_health_block(
    name: str, block: Block, *, shape: type[serializers.Serializer[Any]] = HealthPart
) -> None:
    """Show what ``block`` returns under ``name``, such as ``{"status": "up"}``; it must be quick.

    ``shape`` says in the OpenAPI document what else than a status there may be.
    """
    _blocks[name], _shapes[name] = block, shape


class DatabaseProbe:
    """Asks the database on a connection of its own, at most once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._answer: dict[str, Any] = {}

    def answer(self) -> dict[str, Any]:
        """``status`` is up or down, ``response_time`` is in milliseconds."""
        with self._lock:
            if time.monotonic() - self._asked_at >= KEPT:
                self._answer = self._ask()
                self._asked_at = time.monotonic()
            return self._answer

    def _ask(self) -> dict[str, Any]:
        parameters = connection.get_connection_params()
        known = {
            name: parameters[name]
            for name in ("dbname", "user", "password", "host", "port")
            if name in parameters
        }
        started = time.monotonic()
        try:
            # A connection that the process holds would wait for ever for a server that froze.
            with psycopg.connect(**known, connect_timeout=TIMEOUT, autocommit=True) as probe:
                probe.execute("SELECT 1")
        except psycopg.Error as error:
            log.warning("database does not answer", error=str(error))
            return {"status": "down"}
        return {"status": "up", "response_time": round((time.monotonic() - started) * 1000, 2)}


_probe = DatabaseProbe()


class HealthDatabase(HealthPart):
    """The database, with the milliseconds it took to answer."""

    example = {"status": "up", "response_time": 0.84}

    response_time = serializers.FloatField(required=False)


class HealthAnswer(serializers.Serializer[Any]):
    """The contract's HealthResponse: the whole, and its parts; ``uptime`` is in seconds."""

    example = {"status": "healthy", "uptime": 86_400.5}

    status = serializers.CharField()
    timestamp = serializers.DateTimeField()
    version = serializers.CharField()
    uptime = serializers.FloatField()
    database = HealthDatabase()

    def get_fields(self) -> dict[str, Any]:
        """The fields, with those of the parts that this service has registered."""
        return {**super().get_fields(), **{name: shape() for name, shape in _shapes.items()}}


class HealthView(ServiceAPIView):
    """Whether the service works."""

    public = True
    answer_serializers = {"GET": {200: HealthAnswer, 503: ErrorResponse}}

    def get(self, request: Request) -> Response:
        """200 with the parts' state, or 503 when the database does not answer within two seconds."""
        database = _probe.answer()
        if database["status"] != "up":
            body = envelope(CODES[503], "The database does not answer.", {"database": database})
            return Response(body, status=503, headers={"Retry-After": "2"})
        return Response(
            {
                "status": "healthy",
                "timestamp": timestamp(),
                "version": settings.SERVICE_VERSION,
                "uptime": round(time.monotonic() - _started, 3),
                "database": database,
                **{name: _state(name, block) for name, block in _blocks.items()},
            }
        )


def _state(name: str, block: Block) -> Mapping[str, Any]:
    try:
        return block()
    except Exception:
        log.exception("health block failed", block=name)
        return {"status": "unknown"}
