"""Headers that every answer carries, whatever made it: a view, an error, a file, or the middleware itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse

from common.conf.web import CONTENT_OF_DATA, ON_EVERY_ANSWER

if TYPE_CHECKING:
    from csp.middleware import PolicyParts
    from django.http import HttpResponseBase


class HeadersMiddleware:
    """What Django has no setting for. An answer that sets one of these itself keeps its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ON_EVERY_ANSWER.items():
            response.headers.setdefault(name, value)
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """The policy of pages for pages, and one that allows nothing for everything else."""

    def get_policy_parts(
        self, request: HttpRequest, response: "HttpResponseBase", report_only: bool = False
    ) -> "PolicyParts":
        parts = super().get_policy_parts(request, response, report_only)
        if report_only or response.headers.get("Content-Type", "").startswith("text/html"):
            return parts
        return replace(parts, config=CONTENT_OF_DATA)
