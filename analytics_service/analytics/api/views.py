"""Events and figures over HTTP."""

from rest_framework.request import Request
from rest_framework.response import Response

from analytics_service.analytics.api.serializers import (
    EventListAnswer,
    EventQuery,
    HeadcountListAnswer,
    event_json,
    headcount_json,
)
from analytics_service.analytics.selectors import event_list, headcounts
from common.api.pagination import paginate
from common.api.views import ServiceAPIView


class EventsView(ServiceAPIView):
    """What happened in the company. Events tell of all its people, so viewing reports is not enough."""

    required_permissions = {"GET": "reports:export"}
    query_serializers = {"GET": EventQuery}
    answer_serializers = {"GET": EventListAnswer}

    def get(self, request: Request) -> Response:
        """List events, the newest first."""
        query = self.query()
        return paginate(
            event_list(self.person, type=query.get("type")),
            query,
            key="events",
            serialize=event_json,
            ordering=("-occurred_at",),
        )


class HeadcountView(ServiceAPIView):
    """How many people are employed."""

    required_permissions = {"GET": "reports:view"}
    answer_serializers = {"GET": HeadcountListAnswer}

    def get(self, request: Request) -> Response:
        """The headcount of the company, or of every company, as the company service last told it."""
        self.query()
        companies = [headcount_json(figure) for figure in headcounts(self.person)]
        total = sum(company["headcount"] for company in companies)
        return Response({"success": True, "total": total, "companies": companies})
