"""The feed endpoint: for services, not for people."""

import uuid

import msgspec
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from common.api.query import StrictQuery
from common.api.views import ServiceAPIView
from common.messaging.feed import LAST_POSITION, MAX_LIMIT, feed_page
from common.messaging.subscribers import subscriber_seen
from common.security.principal import ServicePrincipal


class FeedQuery(StrictQuery):
    """What may be asked of the feed."""

    after = serializers.IntegerField(min_value=0, max_value=LAST_POSITION, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=500)
    types = serializers.CharField(required=False, max_length=4_000)
    aggregate_id = serializers.UUIDField(required=False)


class FeedView(ServiceAPIView):
    """Events after a position, in order, for a subscribed service; each call registers the subscriber."""

    internal = True
    manages_own_scope = True

    def get(self, request: Request) -> HttpResponse:
        """One page of the log."""
        query = FeedQuery.read(request)
        types = query["types"].split(",") if "types" in query else None
        aggregate: uuid.UUID | None = query.get("aggregate_id")
        page = feed_page(after=query["after"], limit=query["limit"], types=types, aggregate_id=aggregate)
        caller = request.user
        if isinstance(caller, ServicePrincipal) and aggregate is None and query["after"] <= page.head:
            subscriber_seen(caller.name, types=types, acknowledged=query["after"], epoch=page.epoch)
        return HttpResponse(msgspec.json.encode(page), content_type="application/json")
