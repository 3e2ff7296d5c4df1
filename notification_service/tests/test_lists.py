"""The lists of the notification service cost the same at any size."""

from typing import ClassVar

from common.testing.lists import Asking, ListRules, More
from notification_service.notifications.tests.factories import NotificationFactory, TemplateFactory


def notifications(asking: Asking) -> More:
    own = {"company_id": asking.company_id, "user_id": asking.user_id}
    return lambda count: NotificationFactory.create_batch(count, **own)


def templates(asking: Asking) -> More:
    return lambda count: TemplateFactory.create_batch(count, company_id=asking.company_id)


class TestLists(ListRules):
    makers: ClassVar = {"notifications": notifications, "templates": templates}
