"""Every request has an id: the client's, if it is a sane one, else ours; logs and answers carry it."""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from common.observability.context import work_context

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")

log = structlog.get_logger(__name__)


class RequestContextMiddleware:
    """Binds the request's id while it is answered, and logs one line about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        given = request.headers.get(HEADER, "")
        request_id = given if ACCEPTABLE.fullmatch(given) else str(uuid4())
        started = time.perf_counter()
        with work_context(request_id=request_id):
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            # The path only: query strings may hold names and addresses of people.
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        return response
