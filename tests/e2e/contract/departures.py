"""Where the system departs from the published contract on purpose, and where that is written down."""

from collections.abc import Mapping
from dataclasses import dataclass

ADR = "docs/adr/0008-departures-from-the-published-contract.md"


@dataclass(frozen=True)
class Departure:
    """What is different, and the words by which it is found in its document."""

    why: str
    words: str
    answered: int = 0
    """The status that is answered instead, for a published status that is not."""
    document: str = ADR


STATUSES: Mapping[tuple[str, int], Departure] = {
    ("auth POST /password/reset", 404): Departure(
        "Whether an address is known is nobody's business.",
        "`POST /password/reset` answers 200 for unknown addresses too",
        answered=200,
    ),
}
"""Published statuses that are answered by another one."""

NOT_REQUIRED: Mapping[tuple[str, str], Departure] = {
    ("employee POST /employees", "user_id"): Departure(
        "The hire makes the account.", "`POST /employees`: `user_id` is optional"
    ),
    ("employee POST /employees", "employment_type"): Departure(
        "Required and with a default: the default wins.",
        "`employment_type` may be left out, because its default is published too",
    ),
    **{
        ("employee PUT /performance-reviews/{reviewId}", name): Departure(
            "A change names what changes, as it does everywhere else.",
            "`PUT /performance-reviews/{id}` requires no field",
        )
        for name in (
            "employee_id",
            "reviewer_id",
            "review_period_start",
            "review_period_end",
            "review_date",
            "overall_rating",
        )
    },
}
"""Required fields that may be left out."""

NOT_TAKEN: Mapping[tuple[str, str, object], Departure] = {
    ("employee PUT /employees/{employeeId}", "employment_status", "terminated"): Departure(
        "An end has a last day, which only DELETE asks for.",
        "`PUT /employees/{id}` does not take `employment_status: terminated`",
    ),
}
"""Published values that are refused."""

UNFILLED: Mapping[tuple[str, str, str], Departure] = {
    ("company", "CompanyStatistics", ".average_salary"): Departure(
        "Pay is employee_service's, and no service is asked for a number while another answers.",
        "`average_salary` is never given: this service knows no pay.",
        document="company_service/README.md",
    ),
    ("company", "CompanyStatistics", ".employee_growth_rate"): Departure(
        "It compares with a year ago, and nobody here was counted then; the service's own tests show it.",
        "They are left out where the divisor is nought.",
        document="company_service/README.md",
    ),
}
"""Fields of answers that are never given."""
