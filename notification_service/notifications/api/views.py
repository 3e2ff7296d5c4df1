"""Notices and templates over HTTP."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.views import ServiceAPIView
from common.security.permissions import ANYONE_SIGNED_IN
from notification_service.notifications.api.serializers import (
    NotificationListAnswer,
    NotificationQuery,
    OneNotificationAnswer,
    TemplateListAnswer,
    TemplateQuery,
    notification_json,
    template_json,
)
from notification_service.notifications.selectors import notification_get, notification_list, template_list


class NotificationsView(ServiceAPIView):
    """One's own notices."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}
    query_serializers = {"GET": NotificationQuery}
    answer_serializers = {"GET": NotificationListAnswer}

    def get(self, request: Request) -> Response:
        """List them, the newest first."""
        query = self.query()
        return paginate(
            notification_list(self.person, query), query, key="notifications", serialize=notification_json
        )


class NotificationView(ServiceAPIView):
    """One of one's own notices; somebody else's does not exist."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}
    answer_serializers = {"GET": OneNotificationAnswer}

    def get(self, request: Request, notification_id: UUID) -> Response:
        """The notice; reading it here does not mark it as read."""
        self.query()
        notice = notification_get(self.person, notification_id)
        return Response({"success": True, "notification": notification_json(notice)})


class TemplatesView(ServiceAPIView):
    """The wording of the company's notices."""

    required_permissions = {"GET": "settings:view"}
    query_serializers = {"GET": TemplateQuery}
    answer_serializers = {"GET": TemplateListAnswer}

    def get(self, request: Request) -> Response:
        """List templates by name."""
        query = self.query()
        return paginate(
            template_list(self.person, query),
            query,
            key="templates",
            serialize=template_json,
            ordering=("name", "type"),
        )
