from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from common.sagas.models import SagaInstance
from common.sagas.wording import heading, saga_title, step_title
from common.testing.arabic import english_left
from employee_service.employees.choices import EmploymentType
from employee_service.employees.exceptions import EmployeeNotFoundError
from employee_service.employees.models import Employee
from employee_service.sagas.create_employee import CREATE_EMPLOYEE_SAGA


@pytest.fixture(autouse=True)
def _arabic() -> Iterator[None]:
    with translation.override("ar"):
        yield


def test_no_label_of_the_admin_and_no_refusal_is_left_in_english() -> None:
    assert english_left() == []


def test_an_employee_and_their_fields_have_arabic_names() -> None:
    assert (Employee._meta.verbose_name, Employee._meta.verbose_name_plural) == ("موظف", "الموظفون")
    named = {field.name: str(field.verbose_name) for field in Employee._meta.fields}
    assert named["company_id"] == "الشركة"
    assert named["department_id"] == "القسم"
    assert named["position"] == "المسمى الوظيفي"


def test_an_employee_is_called_by_their_arabic_name_where_it_is_known() -> None:
    employee = Employee(number="7", first_name="Noura", last_name="Al-Salem", full_name_ar="نورة السالم")
    assert str(employee) == "7 نورة السالم"
    assert str(Employee(number="8", first_name="Maria", last_name="Santos")) == "8 Maria Santos"
    with translation.override("en"):
        assert str(employee) == "7 Noura Al-Salem"


def test_choices_and_refusals_are_in_arabic() -> None:
    assert str(EmploymentType.FULL_TIME.label) == "دوام كامل"
    assert str(EmployeeNotFoundError().message) == "لا يوجد موظف كهذا."


def test_a_hire_and_its_steps_have_arabic_titles() -> None:
    hire = SagaInstance(name=CREATE_EMPLOYEE_SAGA.name, version=CREATE_EMPLOYEE_SAGA.version, data={})
    steps = [step_title(hire, step.name) for step in CREATE_EMPLOYEE_SAGA.steps]
    assert saga_title(hire) == heading(hire) == "تعيين موظف"
    assert steps == ["إنشاء الحساب", "إنشاء سجل الموظف", "احتساب الموظف في عدد موظفي الشركة"]


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "لم تُنهَ خدمة أي موظف."),
        (1, "أُنهيت خدمة موظف واحد."),
        (2, "أُنهيت خدمة موظفَين اثنين."),
        (3, "أُنهيت خدمة 3 موظفين."),
        (11, "أُنهيت خدمة 11 موظفًا."),
        (100, "أُنهيت خدمة 100 موظف."),
        (103, "أُنهيت خدمة 103 موظفين."),
    ],
)
def test_a_number_takes_the_form_that_arabic_has_for_it(count: int, sentence: str) -> None:
    said = ngettext("%(count)d employment ended.", "%(count)d employments ended.", count)
    assert said % {"count": count} == sentence
