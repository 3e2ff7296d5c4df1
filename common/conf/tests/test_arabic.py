"""What a reader of Arabic gets to see of every service."""

from pathlib import Path
from typing import Any

import django
import pytest
from babel.messages.pofile import read_po
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from common.api.errors import problem_of_status
from common.conf.borrowed import SENTENCES
from common.errors import ConflictError
from common.sagas.machine import NOT_UNDONE, TOO_LATE, park
from common.sagas.models import SagaInstance, SagaState
from common.sagas.wording import error_sentence, saga_title, step_title, waiting_reason


@pytest.fixture(autouse=True)
def _arabic() -> Any:
    with translation.override("ar"):
        yield


def test_errors_are_in_arabic() -> None:
    assert problem_of_status(403).message == "غير مصرح لك بهذا الإجراء."
    assert str(ConflictError.default_message) == "يتعارض هذا مع بيانات موجودة."


def test_choices_are_in_arabic() -> None:
    assert str(SagaState.PARKED.label) == "بانتظار المشغّل"


def test_a_sentence_kept_in_english_is_shown_in_arabic() -> None:
    saga = SagaInstance(error_message=TOO_LATE)
    assert error_sentence(saga) == "استغرقت العملية وقتًا أطول من اللازم وتم التراجع عنها."
    park(saga, "COMPENSATION_FAILED", NOT_UNDONE)
    assert waiting_reason(saga) == f"COMPENSATION_FAILED: {gettext(NOT_UNDONE)}"
    assert gettext(NOT_UNDONE) != NOT_UNDONE


def test_what_a_person_wrote_is_shown_as_it_is() -> None:
    saga = SagaInstance(name="of another service", version="1", error_message="بطلب من المدير")
    assert error_sentence(saga) == "بطلب من المدير"
    assert (saga_title(saga), step_title(saga, "first")) == ("of another service", "first")
    assert waiting_reason(saga) == ""


def test_the_sign_in_page_is_arabic_and_from_right_to_left() -> None:
    page = Client().get("/admin/login/", headers={"accept-language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "تسجيل الدخول" in page


def test_djangos_gaps_are_filled() -> None:
    with pytest.raises(ValidationError) as refusal:
        MinimumLengthValidator(8).validate("short")
    assert refusal.value.messages == ["كلمة المرور قصيرة جدًا. يجب ألا تقل عن 8 محارف."]


def test_a_borrowed_sentence_is_still_one_of_djangos() -> None:
    theirs = set()
    for part in ("conf", "contrib/auth", "contrib/admin"):
        english = Path(django.__file__).parent / part / "locale" / "en" / "LC_MESSAGES" / "django.po"
        with english.open("rb") as file:
            theirs |= {
                message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file)
            }
    with translation.override("en"):
        assert {str(sentence) for sentence in SENTENCES if isinstance(sentence, str)} <= theirs
