"""What people read of a saga, in their own language; stored is English, whoever caused it."""

from typing import Any

from django.utils.translation import gettext

from common.sagas.models import SagaInstance
from common.sagas.registry import find, subject_of


def saga_title(saga: SagaInstance) -> str:
    """What the saga is about, or its name when this service has no words for it."""
    entry = find(saga.name, saga.version)
    return str(entry.title) if entry and entry.title else saga.name


def heading(saga: SagaInstance) -> str:
    """What the saga is about and for whom, as far as that is known."""
    return ": ".join(part for part in (saga_title(saga), subject_of(saga)) if part)


def step_title(saga: SagaInstance, step: str) -> str:
    """What happens in ``step``, or its name when this service has no words for it."""
    entry = find(saga.name, saga.version)
    return str(entry.step_titles.get(step, step)) if entry else step


def error_sentence(saga: SagaInstance) -> str:
    """Why the saga failed; what is no sentence of ours, such as an operator's reason, stays as it is."""
    return gettext(saga.error_message)


def step_error(error: dict[str, Any]) -> str:
    """The code and the sentence of a step's error."""
    return " ".join(
        part for part in (str(error.get("code", "")), gettext(str(error.get("message", "")))) if part
    )


def waiting_reason(saga: SagaInstance) -> str:
    """Why a parked saga waits: its code and the sentence."""
    code, colon, sentence = saga.park_reason.partition(": ")
    return f"{code}{colon}{gettext(sentence)}"
