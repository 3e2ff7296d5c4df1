"""What delivery needs to know about people: how they want to be told, and where they can be reached."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from common.reference.models import UserRef
from notification_service.notifications.models import Preference


def preference_default(user_id: UUID) -> Preference:
    """What holds for a person who has not chosen."""
    return Preference(user_id=user_id, language=settings.NOTICE_LANGUAGE, timezone=settings.TIME_ZONE)


def preferences_of(user_ids: Collection[UUID]) -> dict[UUID, Preference]:
    """The preferences of people, chosen or not; in a scope of all companies."""
    chosen = Preference.objects.in_bulk(user_ids)
    return {user_id: chosen.get(user_id) or preference_default(user_id) for user_id in user_ids}


def wants(preference: Preference, channel: str, category: str) -> bool:
    """Whether the person wants notices of ``category`` over ``channel``."""
    if not getattr(preference, f"{channel}_enabled"):
        return False
    return bool(preference.categories.get(category, {}).get(channel, True))


def email_addresses(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """The e-mail addresses of the people that auth has told of."""
    return dict(UserRef.objects.filter(pk__in=user_ids).values_list("user_id", "email"))
