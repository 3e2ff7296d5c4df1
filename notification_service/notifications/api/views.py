"""Notices, templates and preferences over HTTP."""

from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.schema import ErrorResponse
from common.api.views import ServiceAPIView
from common.security.permissions import ANYONE_SIGNED_IN
from notification_service.notifications import selectors, services
from notification_service.notifications.api import answers
from notification_service.notifications.api.serializers import (
    Nothing,
    NotificationQuery,
    PreferencesIn,
    PreviewIn,
    SendNotificationRequest,
    TemplateCreateIn,
    TemplateQuery,
    TemplateUpdateIn,
)
from notification_service.notifications.choices import Language
from notification_service.notifications.exceptions import UnknownCompanyError, UnknownTemplateError

SENDERS = "employees:edit"
READERS_OF_TEMPLATES = "settings:view"
# A company's own wording is a matter of those who look after its people.
EDITORS_OF_TEMPLATES = ("settings:edit", "employees:edit")


def reading_language() -> str:
    """The language of the request's reader, as far as notices are worded in it."""
    return Language.ARABIC if (get_language() or "").startswith("ar") else Language.ENGLISH


class NotificationsView(ServiceAPIView):
    """One's own notices, and sending one to somebody."""

    idempotent = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": SENDERS}
    query_serializers = {"GET": NotificationQuery}
    body_serializers = {"POST": SendNotificationRequest}
    answer_serializers = {
        "GET": answers.NotificationListAnswer,
        "POST": {201: answers.OneNotificationAnswer, 409: ErrorResponse},
    }

    def get(self, request: Request) -> Response:
        """List them, the newest first. One and the same news may come over several channels: ``type`` tells."""
        query = self.query()
        notices = selectors.notification_list(self.person, query)
        return paginate(notices, query, key="notifications", row=answers.NOTICE_ROW)

    def post(self, request: Request) -> Response:
        """Send a notice to a person of the company, worded by one of its templates."""
        body, company_id = self.body(), self.person.company_id
        if self.person.all_companies:
            company_id = selectors.template_company(body["template_id"])
        if company_id is None:
            raise UnknownTemplateError(details={"template_id": str(body["template_id"])})
        notice = services.notice_send(company_id=company_id, sender_id=self.person.id, **body)
        return Response({"success": True, "notification": answers.notification_json(notice)}, status=201)


class NotificationView(ServiceAPIView):
    """One of one's own notices; somebody else's does not exist."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PATCH": ANYONE_SIGNED_IN}
    body_serializers = {"PATCH": Nothing}
    answer_serializers = {"GET": answers.OneNotificationAnswer, "PATCH": answers.OneNotificationAnswer}

    def get(self, request: Request, notification_id: UUID) -> Response:
        """The notice; reading it here does not mark it as read."""
        notice = selectors.notification_get(self.person, notification_id)
        return Response({"success": True, "notification": answers.notification_json(notice)})

    def patch(self, request: Request, notification_id: UUID) -> Response:
        """Mark it as read. One that was read before stays as it is."""
        self.body()
        notice = services.notice_read(selectors.notification_get(self.person, notification_id))
        return Response({"success": True, "notification": answers.notification_json(notice)})


class AllReadView(ServiceAPIView):
    """All of one's own notices at once."""

    required_permissions = {"PATCH": ANYONE_SIGNED_IN}
    body_serializers = {"PATCH": Nothing}
    answer_serializers = {"PATCH": answers.DoneAnswer}

    def patch(self, request: Request) -> Response:
        """Mark them as read, except those that could not be delivered."""
        self.body()
        count = services.notices_read(selectors.notices_readable(self.person))
        message = ngettext(
            "%(count)d notice was marked as read.", "%(count)d notices were marked as read.", count
        )
        return Response({"success": True, "message": message % {"count": count}})


class TemplatesView(ServiceAPIView):
    """The wording of the company's notices."""

    idempotent = True
    required_permissions = {"GET": READERS_OF_TEMPLATES, "POST": EDITORS_OF_TEMPLATES}
    query_serializers = {"GET": TemplateQuery}
    body_serializers = {"POST": TemplateCreateIn}
    answer_serializers = {
        "GET": answers.TemplateListAnswer,
        "POST": {201: answers.OneTemplateAnswer, 409: ErrorResponse},
    }

    def get(self, request: Request) -> Response:
        """List templates by name."""
        query = self.query()
        return paginate(
            selectors.template_list(self.person, query),
            query,
            key="templates",
            row=answers.TEMPLATE_ROWS[reading_language()],
            ordering=("name", "type"),
        )

    def post(self, request: Request) -> Response:
        """Add a template of the company's own."""
        body = self.body()
        company_id: UUID | None = body.pop("company_id", None) or self.person.company_id
        if company_id is None or not self._may_write_for(company_id):
            raise UnknownCompanyError
        template = services.template_create(company_id=company_id, **body)
        return Response(
            {"success": True, "template": answers.template_json(template, reading_language())}, status=201
        )

    def _may_write_for(self, company_id: UUID) -> bool:
        if self.person.all_companies:
            return selectors.company_exists(company_id)
        return company_id == self.person.company_id


class TemplateView(ServiceAPIView):
    """One template."""

    required_permissions = {
        "GET": READERS_OF_TEMPLATES,
        "PUT": EDITORS_OF_TEMPLATES,
        "DELETE": EDITORS_OF_TEMPLATES,
    }
    body_serializers = {"PUT": TemplateUpdateIn}
    answer_serializers = {
        "GET": answers.OneTemplateAnswer,
        "PUT": {200: answers.OneTemplateAnswer, 409: ErrorResponse},
        "DELETE": {200: answers.DoneAnswer, 409: ErrorResponse},
    }

    def get(self, request: Request, template_id: UUID) -> Response:
        """The template."""
        return _answer(selectors.template_get(self.person, template_id))

    def put(self, request: Request, template_id: UUID) -> Response:
        """Word it differently; what is left out stays. The system's keep their name and variables."""
        template = selectors.template_get(self.person, template_id)
        return _answer(services.template_update(template, **self.body()))

    def delete(self, request: Request, template_id: UUID) -> Response:
        """Delete a template of the company's own that no notice was made by."""
        services.template_delete(selectors.template_get(self.person, template_id))
        return Response({"success": True, "message": _("The template was deleted.")})


class TemplatePreviewView(ServiceAPIView):
    """How a template reads."""

    required_permissions = {"POST": READERS_OF_TEMPLATES}
    body_serializers = {"POST": PreviewIn}
    answer_serializers = {"POST": answers.OnePreviewAnswer}

    def post(self, request: Request, template_id: UUID) -> Response:
        """Fill in ``variables``, and examples for the others."""
        template, body = selectors.template_get(self.person, template_id), self.body()
        preview = services.template_preview(
            template, body["variables"], body.get("language") or reading_language()
        )
        return Response({"success": True, "preview": preview})


class TemplateResetView(ServiceAPIView):
    """The way back to the system's wording."""

    required_permissions = {"POST": EDITORS_OF_TEMPLATES}
    body_serializers = {"POST": Nothing}
    answer_serializers = {"POST": {200: answers.OneTemplateAnswer, 409: ErrorResponse}}

    def post(self, request: Request, template_id: UUID) -> Response:
        """Give up the company's wording."""
        self.body()
        return _answer(services.template_reset(selectors.template_get(self.person, template_id)))


class PreferencesView(ServiceAPIView):
    """How one wants to be told oneself."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": ANYONE_SIGNED_IN}
    body_serializers = {"PUT": PreferencesIn}
    answer_serializers = {"GET": answers.OnePreferencesAnswer, "PUT": answers.OnePreferencesAnswer}

    def get(self, request: Request) -> Response:
        """What holds, chosen or not."""
        return self._shown(services.preference_get(self.person.id))

    def put(self, request: Request) -> Response:
        """Change what is given; it holds in every company the person belongs to."""
        return self._shown(services.preference_update(self.person.id, **self.body()))

    @staticmethod
    def _shown(preference: Any) -> Response:
        return Response({"success": True, "preferences": answers.preferences_json(preference)})


def _answer(template: Any) -> Response:
    return Response({"success": True, "template": answers.template_json(template, reading_language())})
