"""Views that only tests have, one for each thing the base view promises."""

from uuid import UUID, uuid4

from django.db import connection
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.models import IdempotencyKey
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.serializers import StrictSerializer
from common.api.urls import common_urls
from common.api.views import ServiceAPIView
from common.errors import ConflictError
from common.security.models import RevokedSession
from common.security.permissions import ANYONE_SIGNED_IN
from common.security.tenancy import current_scope


class Note(StrictSerializer):
    """What the test addresses take."""

    text = serializers.CharField(max_length=50)
    number = serializers.IntegerField(required=False)
    id = serializers.UUIDField(read_only=True)


class NotesQuery(ListQuery):
    """What the test list takes."""

    method = serializers.CharField(required=False, max_length=8)


class NotesView(ServiceAPIView):
    """Rows of a company's table; POST makes one and fails when asked to."""

    required_permissions = {"GET": "employees:view", "POST": ("employees:create", "leave_requests:create")}
    query_serializers = {"GET": NotesQuery}
    body_serializers = {"POST": Note}
    idempotent = True

    def get(self, request: Request) -> Response:
        query = self.query()
        return paginate(
            IdempotencyKey.objects.all(),
            query,
            key="notes",
            row=lambda row: {"id": row.id, "text": row.key},
            ordering=("-created_at",),
        )

    def post(self, request: Request) -> Response:
        body = self.body()
        made = RevokedSession.objects.create(session_id=uuid4(), expires_at=timezone.now())
        match body["text"]:
            case "refuse":
                raise ConflictError(details={"text": body["text"]})
            case "break":
                raise RuntimeError("on purpose")
            case "answer an error":
                return Response({"success": False}, status=409)
            case "cannot be rendered":
                return Response({"success": object()}, status=201)
            case "commit fails":
                _fail_at_commit()
        return Response({"success": True, "id": made.session_id}, status=201)


class ScopeView(ServiceAPIView):
    """Which rows the handler may see."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}

    def get(self, request: Request) -> Response:
        scope = current_scope()
        return Response(
            {
                "scope": None if scope is None else [scope.company_id, scope.user_id, scope.all_companies],
                "in_transaction": connection.in_atomic_block,
            }
        )


class OwnScopeView(ScopeView):
    """Opens its scope itself."""

    manages_own_scope = True


class PublicView(ServiceAPIView):
    """Nobody signs in."""

    public = True
    max_body_bytes = 100

    def post(self, request: Request) -> Response:
        return Response({"read": request.data})


class InternalView(ServiceAPIView):
    """Only services call."""

    internal = True
    manages_own_scope = True

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(request.user.pk)


class ThingView(ServiceAPIView):
    """One row, by id."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}

    def get(self, request: Request, thing_id: UUID) -> Response:
        return Response({"id": thing_id})


def _fail_at_commit() -> None:
    with connection.cursor() as cursor:
        # Django's foreign keys are checked at the commit.
        cursor.execute(
            "INSERT INTO django_admin_log (action_time, object_repr, action_flag, change_message, user_id)"
            " VALUES (now(), '', 1, '', gen_random_uuid())"
        )


urlpatterns = [
    *common_urls(),
    path("notes", NotesView.as_view()),
    path("other-notes", NotesView.as_view()),
    path("scope", ScopeView.as_view()),
    path("own-scope", OwnScopeView.as_view()),
    path("public", PublicView.as_view()),
    path("internal", InternalView.as_view()),
    path("things/<uuid:thing_id>", ThingView.as_view()),
]
