"""The words an employee's record may use; the first two are the published contract's."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
