"""Work in the background: this service's steps of sagas, mails, and what is deleted in time."""

from collections.abc import Sequence

from celery import shared_task

from auth_service.users.services.hires import users_create_for_hires, users_rollback_hires
from auth_service.users.services.keys import signing_keys_purge
from auth_service.users.services.limits import limits_purge
from auth_service.users.services.mails import account_mails_send
from common.contracts.auth import CREATE_USER, ROLLBACK_USER_CREATION, CreateUser
from common.sagas.outcomes import Call, Outcome
from common.sagas.participant import compensates, participates

OVER_COMPANIES = "an e-mail address is used once over all companies"


@participates(CREATE_USER, command=CreateUser, crosses_companies=OVER_COMPANIES)
def create_user(calls: Sequence[Call[CreateUser]]) -> list[Outcome]:
    """Make the accounts of hires."""
    return users_create_for_hires(calls)


@compensates(ROLLBACK_USER_CREATION, of=CREATE_USER, command=CreateUser, crosses_companies=OVER_COMPANIES)
def rollback_user_creation(calls: Sequence[Call[CreateUser]]) -> list[Outcome]:
    """Delete the accounts of hires that did not complete."""
    return users_rollback_hires(calls)


@shared_task(name="users.send_account_mails")
def send_account_mails() -> None:
    """Send the mails that wait; started every few seconds."""
    account_mails_send()


@shared_task(name="users.purge_expired")
def purge_expired() -> None:
    """Delete counters and keys that are of no use any more; started every night.

    What is about people goes by the retention (auth_service/users/privacy.py), whose times staff may change.
    """
    limits_purge()
    signing_keys_purge()
