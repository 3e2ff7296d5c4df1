"""Changing an account's row: the lock, the version and the event that belong together."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from auth_service.users.models import User
from common.contracts.auth import UserUpdated
from common.errors import NotFoundError
from common.messaging.services import publish


def user_lock(user_id: UUID) -> User:
    """The account, locked until the transaction ends; raises NotFoundError when there is none in scope.

    Everything that changes what a person may do starts here or in :func:`user_change`: a sign-in at the same
    time waits, and then finds the change.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFoundError()
    return user


def user_change(user_id: UUID, **values: Any) -> User:
    """Set columns of an account, raise its version, and return it; raises NotFoundError.

    A name is changed with ``name_columns``, so that it is found, too.

    The row stays locked until the transaction ends, so events written after this have the versions' order.
    """
    changed = User.objects.filter(pk=user_id).update(version=F("version") + 1, updated_at=Now(), **values)
    if not changed:
        raise NotFoundError()
    return User.objects.get(pk=user_id)


def publish_user_updated(user: User) -> None:
    """Tell the state of an account after a change."""
    publish(user_updated(user), aggregate_id=user.id, company_id=None, version=user.version)


def user_updated(user: User) -> UserUpdated:
    """The event that tells the state of an account."""
    return UserUpdated(
        user_id=user.id,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active,
    )
