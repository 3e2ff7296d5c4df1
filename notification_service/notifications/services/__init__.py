"""Writes and rules of the notification service, as its entrances use them."""

from notification_service.notifications.services.channels import channels_try_now
from notification_service.notifications.services.hearing import events_try_now
from notification_service.notifications.services.notices import (
    notice_read,
    notice_resend,
    notice_send,
    notices_read,
    template_test,
)
from notification_service.notifications.services.preferences import preference_get, preference_update
from notification_service.notifications.services.templates import (
    template_create,
    template_delete,
    template_preview,
    template_reset,
    template_update,
)

__all__ = [
    "channels_try_now",
    "events_try_now",
    "notice_read",
    "notice_resend",
    "notice_send",
    "notices_read",
    "preference_get",
    "preference_update",
    "template_create",
    "template_delete",
    "template_preview",
    "template_reset",
    "template_test",
    "template_update",
]
