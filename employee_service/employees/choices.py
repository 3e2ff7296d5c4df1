"""The words an employee's record may use; the first two are the published contract's."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EmploymentStatus(TextChoices):
    """How the employment stands."""

    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")
    TERMINATED = "terminated", _("terminated")
    ON_LEAVE = "on_leave", _("on leave")
    PROBATION = "probation", _("probation")


class EmploymentType(TextChoices):
    """The kind of contract."""

    FULL_TIME = "full_time", _("full time")
    PART_TIME = "part_time", _("part time")
    CONTRACT = "contract", _("contract")
    INTERN = "intern", _("intern")
    TEMPORARY = "temporary", _("temporary")


class EmployeeType(TextChoices):
    """Whether the person needs a residence permit."""

    CITIZEN = "citizen", _("citizen")
    EXPATRIATE = "expatriate", _("expatriate")


class Lifecycle(TextChoices):
    """Whether the record counts: pending (a hire under way), current (counted in the headcount), ended."""

    PENDING = "pending", _("being hired")
    CURRENT = "current", _("employed")
    ENDED = "ended", _("left")


class Gender(TextChoices):
    """As the published contract spells it."""

    MALE = "male", _("male")
    FEMALE = "female", _("female")
    OTHER = "other", _("other")
    PREFER_NOT_TO_SAY = "prefer_not_to_say", _("prefer not to say")


class RelationshipKind(TextChoices):
    """What the related employee is to the employee."""

    MANAGER = "manager", _("manager")
    DOTTED_LINE = "dotted_line", _("second manager")
    MENTOR = "mentor", _("mentor")
    DEPUTY = "deputy", _("deputy")


# An active record in the sense of the contract's ``is_active``: the person works here now.
WORKING = (EmploymentStatus.ACTIVE, EmploymentStatus.PROBATION, EmploymentStatus.ON_LEAVE)


class LeaveType(TextChoices):
    """Why somebody is away."""

    ANNUAL = "annual", pgettext_lazy("leave", "annual")
    SICK = "sick", pgettext_lazy("leave", "sick")
    MATERNITY = "maternity", pgettext_lazy("leave", "maternity")
    EMERGENCY = "emergency", pgettext_lazy("leave", "emergency")
    UNPAID = "unpaid", pgettext_lazy("leave", "unpaid")


class LeaveStatus(TextChoices):
    """How far a request for leave has come."""

    PENDING = "pending", pgettext_lazy("leave", "waiting")
    APPROVED = "approved", pgettext_lazy("leave", "approved")
    REJECTED = "rejected", pgettext_lazy("leave", "rejected")
    CANCELLED = "cancelled", pgettext_lazy("leave", "taken back")


class DeductionType(TextChoices):
    """Why money is held back."""

    LATE = "late", pgettext_lazy("deduction", "late")
    ABSENCE = "absence", pgettext_lazy("deduction", "absence")
    LOAN = "loan", pgettext_lazy("deduction", "loan")
    INSURANCE = "insurance", pgettext_lazy("deduction", "insurance")
    OTHER = "other", pgettext_lazy("deduction", "other")


class DeductionStatus(TextChoices):
    """Whether money is still to be held back."""

    ACTIVE = "active", pgettext_lazy("deduction", "active")
    COMPLETED = "completed", pgettext_lazy("deduction", "completed")
    CANCELLED = "cancelled", pgettext_lazy("deduction", "cancelled")


class ViolationType(TextChoices):
    """Which of the company's rules was broken."""

    ATTENDANCE = "attendance", pgettext_lazy("violation", "attendance")
    CONDUCT = "conduct", pgettext_lazy("violation", "conduct")
    SAFETY = "safety", pgettext_lazy("violation", "safety")
    PROPERTY = "property", pgettext_lazy("violation", "company property")
    CONFIDENTIALITY = "confidentiality", pgettext_lazy("violation", "confidentiality")
    OTHER = "other", pgettext_lazy("violation", "other")


class Severity(TextChoices):
    """How grave a violation is."""

    LOW = "low", pgettext_lazy("violation", "low")
    MEDIUM = "medium", pgettext_lazy("violation", "medium")
    HIGH = "high", pgettext_lazy("violation", "high")


class ReviewStatus(TextChoices):
    """How far a performance review has come; the words are the contract's."""

    DRAFT = "draft", pgettext_lazy("review", "draft")
    SUBMITTED = "submitted", pgettext_lazy("review", "submitted")
    APPROVED = "approved", pgettext_lazy("review", "approved")
    COMPLETED = "completed", pgettext_lazy("review", "completed")


class HistoryKind(TextChoices):
    """What happened in an employment."""

    HIRED = "hired", pgettext_lazy("history", "hired")
    HIRE_DATE_CHANGED = "hire_date_changed", pgettext_lazy("history", "hire date corrected")
    TRANSFERRED = "transferred", pgettext_lazy("history", "department changed")
    POSITION_CHANGED = "position_changed", pgettext_lazy("history", "position changed")
    EMPLOYMENT_TYPE_CHANGED = "employment_type_changed", pgettext_lazy("history", "employment type changed")
    STATUS_CHANGED = "status_changed", pgettext_lazy("history", "status changed")
    MANAGER_CHANGED = "manager_changed", pgettext_lazy("history", "manager changed")
    PAY_CHANGED = "pay_changed", pgettext_lazy("history", "pay changed")
    TERMINATED = "terminated", pgettext_lazy("history", "employment ended")
