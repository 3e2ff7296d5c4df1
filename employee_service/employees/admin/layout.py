"""How the fields of an employee's page are laid out."""

from django.utils.translation import gettext_lazy as _

HIRE_FIELDS = (
    ("first_name", "last_name"), ("full_name_ar", "full_name_en"), ("email", "phone"), "number", "position",
    "department_id", "manager", ("hire_date", "employment_type"), ("employee_type", "nationality"), "salary",
)  # fmt: skip
PERSON = (
    (None, {"fields": [("number", "employment_status", "lifecycle"), ("company", "next_expiry")]}),
    (
        _("Identity"),
        {
            "fields": [
                ("first_name", "last_name"), ("full_name_ar", "full_name_en"),
                ("employee_type", "nationality"),
            ]
        },
    ),
    (
        _("Employment"),
        {
            "fields": [
                ("department_id", "position"), ("manager", "employment_type"), "hire_date",
                ("termination_date", "exit_interview_conducted"), "termination_reason",
            ]
        },
    ),
    (_("Contact"), {"fields": [("email", "phone")]}),
)  # fmt: skip
PAPERS = (
    _("Papers"),
    {
        "fields": [
            ("civil_id", "civil_id_expiry"), ("passport_number", "passport_expiry"),
            ("residence_number", "residence_expiry"),
        ]
    },
)  # fmt: skip
PAY = (_("Pay"), {"fields": ["salary"]})
DATED_CHANGE = (_("For the employment record"), {"fields": [("effective_date", "change_reason")]})
RECORD = (
    _("Record"),
    {"classes": ["collapse"], "fields": ["user_id", "old_id", "version", ("created_at", "updated_at")]},
)
