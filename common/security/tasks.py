"""Periodic work of the security app."""

from typing import Any

from celery import shared_task
from celery.signals import worker_init
from django.core.management import call_command

from common.security.own_role import require_run_time_role
from common.security.services import purge_revocations


@shared_task(name="security.purge_revocations")
def purge_revocations_daily() -> None:
    """Forget revocations that nothing can match any more."""
    purge_revocations()


@shared_task(name="security.clear_browser_sessions")
def clear_browser_sessions() -> None:
    """Forget browser sessions that expired."""
    call_command("clearsessions")


@worker_init.connect
def start_with_the_run_time_role(**_kwargs: Any) -> None:
    """A worker starts: not with the role of the migrations."""
    require_run_time_role()
