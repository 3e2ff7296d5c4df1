"""Leaves: days on which an employee is away, from the request to the decision."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from employee_service.employees.choices import LeaveStatus, LeaveType
from employee_service.employees.models.records import BroughtRecord

TAKING_DAYS = (LeaveStatus.PENDING, LeaveStatus.APPROVED)


class Leave(BroughtRecord):
    """A leave from its first to its last day, both inclusive; ``days`` are the working days among them.

    ``requested_by`` and ``decided_by`` are accounts; of an old leave they may be unknown. Who took a request
    back has decided it, too. The old system let leaves of a person overlap: the later of two came over with
    ``shares_days``, which keeps it out of the rule that no two do.
    """

    leave_type = models.CharField(_("type of leave"), max_length=16, choices=LeaveType)
    status = models.CharField(_("status"), max_length=16, choices=LeaveStatus, default=LeaveStatus.PENDING)
    start_date = models.DateField(pgettext_lazy("leave", "first day"))
    end_date = models.DateField(pgettext_lazy("leave", "last day"))
    days = models.PositiveSmallIntegerField(_("working days"))
    reason = models.TextField(pgettext_lazy("leave", "reason"), blank=True)
    requested_by = models.UUIDField(_("requested by"), null=True, editable=False)
    decided_by = models.UUIDField(_("decided by"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)
    shares_days = models.BooleanField(
        _("on days of another leave"), db_default=False, default=False, editable=False
    )

    class Meta:
        db_table = "leaves"
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ["-start_date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_date__gte=F("start_date")),
                name="a_leave_does_not_end_before_it_starts",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(status=LeaveStatus.PENDING, decided_at__isnull=True)
                | (~Q(status=LeaveStatus.PENDING) & Q(decided_at__isnull=False)),
                name="a_leave_is_decided_or_waiting",
                violation_error_message=_("A decision has a time, and what waits has none."),
            ),
            ExclusionConstraint(
                name="leaves_of_a_person_do_not_overlap",
                expressions=[
                    ("company_id", RangeOperators.EQUAL),
                    ("employee", RangeOperators.EQUAL),
                    (
                        Func(
                            F("start_date"),
                            F("end_date"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status__in=TAKING_DAYS, shares_days=False),
                violation_error_message=_("There is a leave on some of these days already."),
            ),
        ]
        indexes = [
            # Each ends in the order of the lists; the last one serves the group's own staff.
            models.Index(fields=["company_id", "-start_date", "-id"], name="leaves_by_start"),
            models.Index(fields=["company_id", "status", "-start_date", "-id"], name="leaves_by_status"),
            models.Index(fields=["company_id", "employee", "-start_date", "-id"], name="leaves_by_employee"),
            models.Index(fields=["-start_date", "-id"], name="leaves_of_all_companies"),
        ]

    def __str__(self) -> str:
        return f"{self.get_leave_type_display()} {self.start_date:%Y-%m-%d} – {self.end_date:%Y-%m-%d}"
