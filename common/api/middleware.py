"""Addresses with and without a slash at the end, and one form of error for whatever never reached a view."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.response import Response

from common.api.errors import envelope, problem_of_status

# Django's own pages: their addresses end in a slash and their errors are for people.
PAGES = ("/admin", "/static", "/i18n", "/docs")

GetResponse = Callable[[HttpRequest], HttpResponse]


def is_page(request: HttpRequest) -> bool:
    """Whether the address is one of Django's own pages rather than the API's."""
    return any(request.path_info == root or request.path_info.startswith(f"{root}/") for root in PAGES)


class TrailingSlashMiddleware:
    """API addresses end without a slash; one is tolerated, without a redirect that would lose a body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if len(path) > 1 and path.endswith("/") and not is_page(request):
            request.path_info = path[:-1]
            request.path = request.path.removesuffix("/")
        return self.get_response(request)


class KnownLengthMiddleware:
    """Django reads as many bytes as are announced; a body of unknown length would be taken for none at all."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" not in request.META or request.META.get("CONTENT_LENGTH"):
            return self.get_response(request)
        problem = problem_of_status(HTTPStatus.LENGTH_REQUIRED)
        # The body stays unread, so the server ends the connection; the client has to know.
        headers = {"Connection": "close"}
        return JsonResponse(envelope(problem.code, problem.message), status=problem.status, headers=headers)


class ErrorEnvelopeMiddleware:
    """Unknown addresses, bad hosts and failures outside the views get the API's error envelope, too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code < 400 or not html or isinstance(response, Response) or is_page(request):
            return response
        if settings.DEBUG:
            return response
        problem = problem_of_status(response.status_code)
        return JsonResponse(envelope(problem.code, problem.message), status=response.status_code)
