"""Addresses about personal data that stand on every service."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.answers import Answer, Pagination
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.serializers import StrictSerializer
from common.api.views import ServiceAPIView
from common.errors import PermissionDeniedError
from common.privacy.choices import AccessAction, Door, SubjectKind
from common.privacy.models import Access
from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Order, Subject
from common.security.principal import ServicePrincipal

# Whoever may end an employment answers for the record of it.
RIGHT = "employees:delete"
ASKING_SERVICE = "employee"
FIELDS = (
    "id", "company_id", "subject_kind", "subject_id", "actor_id", "actor_name", "action", "door", "place",
    "client_address", "request_id", "at",
)  # fmt: skip
ROW = Row({name: name for name in FIELDS})


class PersonAccess(serializers.Serializer[Any]):
    """Somebody read a person's record; an export of many people has no ``subject_id``."""

    id = serializers.IntegerField()
    company_id = serializers.UUIDField(required=False)
    subject_kind = serializers.ChoiceField(SubjectKind.choices)
    subject_id = serializers.UUIDField(required=False)
    actor_id = serializers.UUIDField()
    actor_name = serializers.CharField(required=False)
    action = serializers.ChoiceField(AccessAction.choices)
    door = serializers.ChoiceField(Door.choices)
    place = serializers.CharField()
    client_address = serializers.IPAddressField(required=False)
    request_id = serializers.CharField(required=False)
    at = serializers.DateTimeField()


class AccessList(Answer):
    """Accesses."""

    accesses = PersonAccess(many=True)
    pagination = Pagination()


class AccessQuery(ListQuery):
    """Which accesses: to whom, by whom, of what kind, when."""

    subject_id = serializers.UUIDField(required=False, help_text=_("The employee or account that was read."))
    actor_id = serializers.UUIDField(required=False, help_text=_("The account that read."))
    action = serializers.ChoiceField(AccessAction.choices, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class AccessesView(ServiceAPIView):
    """Who read whose record in this service."""

    required_permissions = {"GET": RIGHT}
    query_serializers = {"GET": AccessQuery}
    answer_serializers = {"GET": AccessList}

    def get(self, request: Request) -> Response:
        """The accesses to people of one's company, newest first."""
        query = self.query()
        filters = {"subject_id": "subject_id", "actor_id": "actor_id", "action": "action", "since": "at__gte",
                   "until": "at__lt"}  # fmt: skip
        chosen = {column: query[name] for name, column in filters.items() if name in query}
        accesses = Access.objects.filter(**chosen)
        return paginate(accesses, query, key="accesses", row=ROW, ordering=("-at",))


class SubjectIn(StrictSerializer):
    """One employment of a person."""

    company_id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    user_id = serializers.UUIDField()


class HoldingsIn(SubjectIn):
    """Whose data are asked for, and in which language their names are wanted."""

    language = serializers.ChoiceField(["en", "ar"], default="en")


class OrderIn(SubjectIn):
    """An erasure to carry out."""

    request_id = serializers.UUIDField()
    keep_until = serializers.DateField(required=False, allow_null=True)
    account = serializers.BooleanField(default=False)


class PrivacyView(ServiceAPIView):
    """For the service that keeps people's requests, and no other."""

    internal = True
    manages_own_scope = True

    def refuse_others(self) -> None:
        """Raises PermissionDeniedError."""
        caller = self.request.user
        if not isinstance(caller, ServicePrincipal) or caller.name != ASKING_SERVICE:
            raise PermissionDeniedError

    def answer(self, content: Any) -> HttpResponse:
        """An answer of our own structures."""
        return HttpResponse(msgspec.json.encode(content), content_type="application/json")


class HoldingsView(PrivacyView):
    """What this service holds on a person."""

    body_serializers = {"POST": HoldingsIn}

    def post(self, request: Request) -> HttpResponse:
        """Everything, in readable sections."""
        self.refuse_others()
        body = self.body()
        language: str = body.pop("language")
        return self.answer(share_collect(Subject(**body), language=language))


class ErasuresView(PrivacyView):
    """Erasures of this service's share."""

    body_serializers = {"POST": OrderIn}

    def post(self, request: Request) -> HttpResponse:
        """Carry the order out; a repeated one changes nothing."""
        self.refuse_others()
        body = self.body()
        ids: dict[str, UUID] = {name: body.pop(name) for name in ("company_id", "employee_id", "user_id")}
        return self.answer(share_erase(Order(subject=Subject(**ids), **body)))
