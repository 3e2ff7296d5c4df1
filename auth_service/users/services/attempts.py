"""Attempts to prove who one is: counted before they are looked at, forgiven when they were right."""

from auth_service.users.models.people import email_normalised
from auth_service.users.services.limits import (
    ACCOUNT,
    ADDRESS,
    Limit,
    limit_count,
    limit_forget,
    limit_take_back,
)
from common.security.client_address import counted_as, is_own_proxy


def attempt_begin(account: str, address: str | None = None) -> None:
    """Count an attempt at ``account`` (an e-mail address, whoever has it) from a client's ``address``.

    Raises TooManyAttemptsError beyond either limit: the right password tells nothing while it is closed.
    """
    if client := _client(address):
        limit_count(ADDRESS, client)
    limit_count(ACCOUNT, email_normalised(account))


def attempt_succeeded(account: str, address: str | None = None) -> None:
    """Forget the failed attempts at an account, and take this one back from its address."""
    limit_forget(ACCOUNT, email_normalised(account))
    attempt_forgiven(address)


def attempt_forgiven(address: str | None) -> None:
    """Take an attempt back from the client's address; what others did there still counts."""
    if client := _client(address):
        limit_take_back(ADDRESS, client)


def count_from(limit: Limit, address: str | None) -> None:
    """Count a request of any kind from a client's address; raises TooManyAttemptsError beyond ``limit``."""
    if client := _client(address):
        limit_count(limit, client)


def _client(address: str | None) -> str | None:
    """Whom an address counts for; None for our own machines, behind which may be anybody."""
    return None if address is None or is_own_proxy(address) else counted_as(address)
