"""The base of every API view: who may, in whose scope, in one transaction with the answer."""

from collections.abc import Mapping
from contextlib import ExitStack, nullcontext
from datetime import UTC
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, get_resolver
from django.utils import timezone, translation
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import idempotency
from common.api.models import IdempotencyKey
from common.api.parsers import LARGEST_BODY
from common.api.query import StrictQuery
from common.api.serializers import StrictSerializer
from common.observability.context import bind_actor
from common.privacy.accesses import names_somebody, read_note
from common.privacy.choices import AccessAction
from common.security.authentication import (
    PersonAuthentication,
    ServiceAuthentication,
    StaffSessionAuthentication,
)
from common.security.permissions import DenyByDefault, IsService, Requirement
from common.security.principal import Principal
from common.security.scopes import open_scope

FIRST_ERROR_STATUS = 400


class ServiceAPIView(APIView):
    """One address of a service.

    A person's request runs in one transaction, in the scope of the company their token names (of every
    company for a super administrator). An answer of 400 or above, or anything raised, rolls it back; the
    answer is rendered before the commit, and a commit that fails is answered with an error.

    * ``required_permissions``: per method the code a person needs, several of which one is enough, or
      ``ANYONE_SIGNED_IN``. A method that is missing is refused.
    * ``public``: nobody signs in, no scope is opened. ``internal``: only our services may call.
    * ``manages_own_scope``: the handler opens scope and transaction itself (to wait outside of one, say).
    * What a GET shows of a person is noted in the access log, by the names of the address's parts; ``reading``
      says what it is called there.
    * ``idempotent``: POST honours ``Idempotency-Key``.
    * ``body_serializers``, ``query_serializers``, ``answer_serializers``: per method what goes in and out;
      ``self.body()`` and ``self.query()`` read it, the OpenAPI document shows it. Query parameters of a
      method that declares none are refused.
    * ``request_headers``, ``answer_headers``: for the OpenAPI document, per method the names of headers the
      handler reads, and per method and status those it answers with; their meaning stands in
      ``common/api/documented_errors.py``.
    """

    required_permissions: ClassVar[Mapping[str, Requirement]] = {}
    public: ClassVar[bool] = False
    internal: ClassVar[bool] = False
    manages_own_scope: ClassVar[bool] = False
    idempotent: ClassVar[bool] = False
    reading: ClassVar[AccessAction] = AccessAction.VIEWED
    max_body_bytes: ClassVar[int] = LARGEST_BODY
    cache_control: ClassVar[str] = "no-store"
    body_serializers: ClassVar[Mapping[str, type[StrictSerializer]]] = {}
    query_serializers: ClassVar[Mapping[str, type[StrictQuery]]] = {}
    answer_serializers: ClassVar[Mapping[str, Any]] = {}
    request_headers: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    answer_headers: ClassVar[Mapping[str, Mapping[int, tuple[str, ...]]]] = {}
    authentication_classes = (PersonAuthentication, StaffSessionAuthentication)
    permission_classes: tuple[type[BasePermission], ...] = (DenyByDefault,)

    _scope: ExitStack
    _claimed: IdempotencyKey | None = None
    _scoped = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.internal:
            # In no document: what services tell each other is nobody else's affair.
            cls.schema = None

    def body(self) -> dict[str, Any]:
        """The request's body, validated by the method's serializer; raises ValidationError (422)."""
        return self.body_serializers[self._method].values_of(self.request.data)

    def query(self) -> dict[str, Any]:
        """The query parameters, validated by the method's StrictQuery; raises ValidationError (422)."""
        return self.query_serializers.get(self._method, StrictQuery).read(self.request)

    @property
    def person(self) -> Principal:
        """Who is asking; only where a person must be signed in."""
        person = self.request.user
        if not isinstance(person, Principal):
            raise TypeError("This address is not one for people who are signed in.")
        return person

    @property
    def _method(self) -> str:
        return "GET" if self.request.method == "HEAD" else str(self.request.method)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Nobody signs in at a public address, only services at an internal one."""
        if self.public:
            return []
        return [ServiceAuthentication()] if self.internal else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        """See the class."""
        if self.public:
            return []
        return [IsService()] if self.internal else [permission() for permission in self.permission_classes]

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Personal data is kept in no cache on the way."""
        return {**super().default_response_headers, "Cache-Control": self.cache_control}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request; the transaction ends in here."""
        try:
            # Whatever zone the admin shows, clients get UTC.
            with timezone.override(UTC), ExitStack() as self._scope:
                return super().dispatch(request, *args, **kwargs)
        except Exception as error:  # rendering or the commit failed: nothing was changed
            self._scoped = False
            return self.finalize_response(self.request, self.handle_exception(error), *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Name the person in the logs, and speak their language, from here on: a refusal is theirs, too."""
        super().perform_authentication(request)
        if isinstance(request.user, Principal):
            bind_actor(request.user.id, request.user.company_id)
            _speak_language_of(request.user, request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what may not be, then open the scope the handler runs in."""
        if not hasattr(self, (request.method or "").lower()):
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)
        if not self.internal and self._method not in self.query_serializers:
            StrictQuery.read(request)
        person = request.user
        if not isinstance(person, Principal) or self.manages_own_scope or request.method == "OPTIONS":
            return
        self._scope.enter_context(transaction.atomic())
        self._scope.enter_context(open_scope(person.tenant_scope()))
        self._scoped = True
        if self.idempotent and request.method == "POST":
            self._claimed = idempotency.claim_request(request, person)

    def handle_exception(self, exc: Exception) -> Response:
        """The answer to an error: undo the transaction, except for an answer given before."""
        if isinstance(exc, idempotency.AlreadyAnswered):
            return exc.answer
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Render while the transaction is open, and let an error take its changes back."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        # A handler may also answer with a plain HttpResponse, which is rendered as it is.
        if not getattr(answer, "is_rendered", True):
            answer.render()
        if self._method == "GET" and answer.status_code < FIRST_ERROR_STATUS:
            self._note_reading()
        if not self._scoped:
            return answer
        if answer.status_code >= FIRST_ERROR_STATUS:
            transaction.set_rollback(True)
        elif self._claimed is not None:
            idempotency.remember(self._claimed, answer)
        return answer

    def _note_reading(self) -> None:
        """Log who read whose record, where the address names one; see common/privacy/plan.py."""
        person = self.request.user
        if isinstance(person, Principal) and not self.public and names_somebody(self.kwargs):
            with nullcontext() if self._scoped else open_scope(person.tenant_scope()):
                read_note(self.request, person, self.kwargs, action=self.reading)


class Root(serializers.Serializer[Any]):
    """The service, its version, and where things are."""

    service = serializers.CharField()
    version = serializers.CharField()
    links = serializers.DictField(child=serializers.URLField())


class RootView(ServiceAPIView):
    """What stands where on this service."""

    public = True
    answer_serializers = {"GET": Root}

    def get(self, request: Request) -> Response:
        """Links, for people and for tools."""
        paths = {"docs": "/docs", "schema": "/schema", "health": "/health", "admin": "/admin/"} | _lists()
        return Response(
            {
                "service": settings.SERVICE.name,
                "version": settings.SERVICE_VERSION,
                "links": {name: request.build_absolute_uri(path) for name, path in paths.items()},
            }
        )


def _lists() -> dict[str, str]:
    """The service's own addresses that can be read without naming anything."""
    found = {
        str(pattern.pattern)
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [])
        if isinstance(pattern, URLPattern) and _is_open_list(pattern)
    }
    return {path: f"/{path}" for path in sorted(found)}


def _is_open_list(pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", None)
    if not (isinstance(view, type) and issubclass(view, ServiceAPIView)) or view.internal or view.public:
        return False
    return "GET" in view.required_permissions and "<" not in str(pattern.pattern)


def _speak_language_of(person: Principal, request: Request) -> None:
    """Answer in the person's language when the client does not ask for one."""
    chosen = request.META.get("HTTP_ACCEPT_LANGUAGE") or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    if not chosen and person.language in dict(settings.LANGUAGES):
        translation.activate(person.language)
