"""Whether this version of the code can drive the sagas that are under way."""

from collections.abc import Iterator

from common.sagas.machine import command_for
from common.sagas.models import FINAL, SagaInstance
from common.security.tenancy import all_companies


def unreadable_because(instance: SagaInstance) -> str:
    """Why this code cannot go on with the saga (name, version, step or data); empty when it can."""
    try:
        command_for(instance)
    except Exception as error:
        return str(error.args[0] if isinstance(error, KeyError) else error) or type(error).__name__
    return ""


def unreadable_sagas() -> Iterator[tuple[SagaInstance, str]]:
    """The sagas under way or waiting for an operator that this code cannot go on with, each with the reason."""
    with all_companies("check of sagas"):
        for instance in SagaInstance.objects.exclude(state__in=FINAL).order_by("created_at"):
            reason = unreadable_because(instance)
            if reason:
                yield instance, reason
