from datetime import date

import pytest
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from notification_service.notifications.choices import Channel
from notification_service.notifications.defaults import DEFAULT_CHANNELS, EXAMPLES, WORDINGS
from notification_service.notifications.exceptions import (
    MalformedTemplateError,
    MessageTooLongError,
    MissingVariableError,
    UnknownVariableError,
)
from notification_service.notifications.rules import RULES, RULES_BY_TEMPLATE
from notification_service.notifications.services.wording import (
    Words,
    check_texts,
    check_values,
    message_of,
    placeholders,
    render,
    spelled,
    title_of,
)


def test_a_text_names_its_variables() -> None:
    assert placeholders("Dear {{ name }}, {{days}} days, {{ name }}") == {"name", "days"}


@pytest.mark.parametrize(
    "text",
    [
        "{{ }}", "{{ name", "name }}", "{{ name|upper }}", "{{ user.password }}", "{{ name() }}",
        "{% load x %}", "{{ 1name }}", "{{ الاسم }}", "{{ name }} {{ settings.SECRET_KEY }}", "{{\nname\n}}",
    ],
)  # fmt: skip
def test_anything_else_in_double_braces_is_refused(text: str) -> None:
    with pytest.raises(MalformedTemplateError):
        placeholders(text)


def test_a_variable_that_is_not_declared_is_refused() -> None:
    check_texts(["{{ name }}", "no variable"], ["name", "other"])
    with pytest.raises(UnknownVariableError) as refusal:
        check_texts(["{{ name }} {{ salary }}"], ["name"])
    assert refusal.value.details == {"variables": ["salary"]}


def test_values_are_those_of_the_variables() -> None:
    check_values({"name": "Sara"}, ["name"])
    with pytest.raises(UnknownVariableError):
        check_values({"name": "Sara", "salary": "1"}, ["name"])
    with pytest.raises(MissingVariableError):
        check_values({}, ["name"])


def test_what_a_value_says_is_not_looked_at_again() -> None:
    assert render("{{ name }}", {"name": "{{ salary }} {% x %}", "salary": "1000"}) == "{{ salary }} {% x %}"


def test_a_subject_is_one_line_of_a_length_that_fits() -> None:
    assert title_of("Hello {{ name }}", {"name": "a\r\nBcc: all@example.com\x00\u2028b"}) == (
        "Hello a Bcc: all@example.com b"
    )
    assert title_of("{{ name }}", {"name": "س" * 300}) == "س" * 254 + "…"


def test_a_message_that_nobody_would_read_is_refused() -> None:
    with pytest.raises(MessageTooLongError):
        message_of("{{ a }}" * 40, {"a": "x" * 2000})


def test_values_are_written_as_the_reader_writes_them() -> None:
    values = {
        "day": date(2026, 11, 5),
        "name": Words("سارة", "Sara"),
        "status": gettext_lazy("pending"),
        "days": 3,
        "reason": "",
        "position": None,
    }
    arabic, english = spelled(values, "ar"), spelled(values, "en")
    assert (arabic["name"], english["name"]) == ("سارة", "Sara")
    assert (arabic["reason"], arabic["position"], arabic["days"]) == ("–", "–", "3")
    assert english["status"] == "pending"
    assert arabic["status"] != "pending"
    assert "2026" in arabic["day"]
    assert "2026" in english["day"]


@pytest.mark.parametrize("name", WORDINGS)
def test_the_systems_wording_uses_the_variables_of_its_rule_only(name: str) -> None:
    wording, variables = WORDINGS[name], RULES_BY_TEMPLATE[name].variables
    for channel in DEFAULT_CHANNELS:
        check_texts([wording.subject_ar, wording.subject_en, *wording.content(channel)], variables)
    assert set(variables) <= EXAMPLES.keys()


def test_every_rule_has_a_wording_and_every_wording_a_rule() -> None:
    assert {rule.name for rule in RULES} == set(WORDINGS)
    assert len(RULES_BY_TEMPLATE) == len(RULES)


@pytest.mark.parametrize("name", ["deduction_created", "deduction_updated"])
def test_a_mail_does_not_say_how_much_money(name: str) -> None:
    assert all("amount" not in text for text in WORDINGS[name].content(Channel.EMAIL))
    assert any("amount" in text for text in WORDINGS[name].content(Channel.IN_APP))


def test_refusals_have_codes_of_their_own() -> None:
    codes = [error.code for error in DomainError.__subclasses__()]
    assert len(codes) == len(set(codes))
