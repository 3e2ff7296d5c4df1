"""GET /metrics: for Prometheus, which has a token, and for whoever sits at the machine in development."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from common.api.errors import envelope, problem_of_status

_HERE = frozenset({"127.0.0.1", "::1"})
_PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The process's metrics in Prometheus's format, or 401."""
    if not _may_read(request):
        problem = problem_of_status(401)
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return JsonResponse(envelope(problem.code, problem.message), status=401, headers=headers)
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


def _may_read(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    if token:
        scheme, _separator, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(given.strip(), token)
    # A proxy on this machine passes on what comes from anywhere.
    local = request.META.get("REMOTE_ADDR") in _HERE and not any(name in request.META for name in _PASSED_ON)
    return local and settings.SERVICE_ENV != "production"
