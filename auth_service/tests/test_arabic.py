from django.utils import translation

from auth_service.users.models import Role
from common.testing.arabic import english_left


def test_no_label_of_the_admin_and_no_refusal_is_left_in_english() -> None:
    assert english_left() == []


def test_a_known_role_is_called_in_the_readers_words_and_another_as_its_company_calls_it() -> None:
    with translation.override("ar"):
        assert str(Role(name="company_manager")) == "مدير شركة"
        assert str(Role(name="nurse")) == "nurse"
