"""How people want to be told."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from common.errors import ValidationError
from notification_service.notifications.models import Preference
from notification_service.notifications.services.people import preference_default


def preference_get(user_id: UUID) -> Preference:
    """The person's preferences; whoever has none gets what holds for everybody."""
    found = Preference.objects.filter(pk=user_id).first()
    if found is None:
        Preference.objects.bulk_create([preference_default(user_id)], ignore_conflicts=True)
        found = Preference.objects.get(pk=user_id)
    return found


def preference_update(user_id: UUID, **values: Any) -> Preference:
    """Change what is given and keep the rest; raises ValidationError for quiet hours without a length."""
    preference_get(user_id)
    preference = Preference.objects.select_for_update().get(pk=user_id)
    for name, value in values.items():
        setattr(preference, name, value)
    start, end = preference.quiet_hours_start, preference.quiet_hours_end
    if (start is None) != (end is None) or (start is not None and start == end):
        raise ValidationError(
            details={"quiet_hours_end": [str(_("Quiet hours need a start and an end that differ."))]}
        )
    preference.save()
    return preference
