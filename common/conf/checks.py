"""What Django's own checks leave out, for ``manage.py check --deploy``: the settings a slip would make unsafe."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

_SAFE_COOKIES: Final = {"Lax", "Strict"}
_LARGEST_FORM: Final = 10 * 1024 * 1024
_UNSAFE_SOURCES: Final = (
    "'unsafe-inline'",
    "'unsafe-eval'",
    "'unsafe-hashes'",
    "*",
    "data:",
    "http:",
    "https:",
)
_CODE: Final = ("default-src", "script-src", "style-src", "object-src", "base-uri", "frame-ancestors")

Found = Iterator[str]


@register(Tags.security, deploy=True)
def production_is_closed(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """An error for each of the settings below that is not as it must be where people's data are."""
    return [
        Error(sentence, id=f"hrms.E{number:03}")
        for number, check in enumerate(_CHECKS, start=1)
        for sentence in check()
    ]


def _environment() -> Found:
    if settings.SERVICE_ENV != "production":
        yield f"SERVICE_ENV is {settings.SERVICE_ENV}: only production is made for other people's data."


def _content_policy() -> Found:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for name in _CODE:
        sources = [str(source) for source in directives.get(name, ["*"])]
        if lax := sorted(set(sources) & set(_UNSAFE_SOURCES)):
            yield f"The policy of content lets {name} come from {', '.join(lax)}."


def _origins() -> Found:
    if settings.CORS_ALLOW_ALL_ORIGINS or settings.CORS_ALLOW_CREDENTIALS:
        yield "Pages of every origin, or cookies of other origins, are let in; CORS_ALLOWED_ORIGINS names origins."
    if getattr(settings, "CORS_ALLOWED_ORIGIN_REGEXES", ()):
        yield "CORS_ALLOWED_ORIGIN_REGEXES is set; origins are named one by one in CORS_ALLOWED_ORIGINS."
    for name in ("CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS"):
        lax = [each for each in getattr(settings, name) if not each.startswith("https://") or "*" in each]
        if lax:
            yield f"{name} names {', '.join(lax)}: an origin is https:// and a whole host name."


def _hosts() -> Found:
    lax = [host for host in settings.ALLOWED_HOSTS if "*" in host or host.startswith(".")]
    if lax:
        yield f"ALLOWED_HOSTS has {', '.join(lax)}: mails and redirects would name hosts of strangers."


def _cookies() -> Found:
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        if getattr(settings, f"{name}_COOKIE_SAMESITE") not in _SAFE_COOKIES:
            yield f"{name}_COOKIE_SAMESITE must be Lax or Strict."
        if not getattr(settings, f"{name}_COOKIE_HTTPONLY"):
            yield f"{name}_COOKIE_HTTPONLY must be on: no script of ours reads it."
    if settings.SERVICE.name not in settings.SESSION_COOKIE_NAME:
        yield "SESSION_COOKIE_NAME must name the service: six services share a host name."


def _sizes() -> Found:
    for name, most in (
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", _LARGEST_FORM),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", 10_000),
        ("DATA_UPLOAD_MAX_NUMBER_FILES", 100),
    ):
        value = getattr(settings, name)
        if value is None or value > most:
            yield f"{name} is {value}; more than {most} lets one request fill the memory."


def _api() -> Found:
    framework = settings.REST_FRAMEWORK
    expected = {
        "DEFAULT_PERMISSION_CLASSES": ["common.security.permissions.DenyByDefault"],
        "DEFAULT_AUTHENTICATION_CLASSES": ["common.security.authentication.PersonAuthentication"],
        "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    }
    for name, value in expected.items():
        if framework.get(name) != value:
            yield f"REST_FRAMEWORK's {name} is not {value}: a view that says nothing would be open."


def _messages() -> Found:
    celery = import_module(f"{settings.SERVICE.package}.celery").app.conf
    accepted = set(celery.accept_content)
    if accepted != {"json"} or celery.task_serializer != "json":
        yield f"Celery accepts {', '.join(sorted(accepted))}: only JSON runs nothing by being read."
    if celery.worker_enable_remote_control:
        yield "Celery's remote control is on: whoever reaches the broker could stop the workers."


def _metrics() -> Found:
    if not settings.METRICS_TOKEN:
        yield "METRICS_TOKEN or METRICS_TOKEN_FILE is not set: Prometheus would be refused at /metrics."


_CHECKS: Final[Sequence[Callable[[], Found]]] = (
    _environment,
    _content_policy,
    _origins,
    _hosts,
    _cookies,
    _sizes,
    _api,
    _messages,
    _metrics,
)
