"""The closed lists of values in this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportStatus(models.TextChoices):
    """How far a report has come."""

    PENDING = "pending", _("pending")
    RUNNING = "running", _("being written")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("expired")


class ReportKind(models.TextChoices):
    """What a report lists; of people, leaves and deductions one by one, so that it has as many as the figure."""

    HEADCOUNT = "headcount", _("people employed")
    JOINERS = "joiners", _("joiners")
    LEAVERS = "leavers", _("leavers")
    TURNOVER = "turnover", _("turnover")
    LEAVE = "leave", _("leave")
    DEDUCTIONS = "deductions", _("deductions")
    EVENTS = "events", _("events")


class ReportFormat(models.TextChoices):
    """What a report's file is."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class Producer(models.TextChoices):
    """The services whose events are stored here."""

    AUTH = "auth", _("auth service")
    COMPANY = "company", _("company service")
    EMPLOYEE = "employee", _("employee service")
    DOCUMENT = "document", _("document service")
    NOTIFICATION = "notification", _("notification service")


class Metric(models.TextChoices):
    """What is counted; each row of metrics_cache is a change of one of these on one day."""

    HEADCOUNT = "headcount", _("headcount")
    JOINERS = "joiners", _("joiners")
    UNDATED = "undated", _("joined on an unknown day")
    LEAVERS = "leavers", _("leavers")
    ON_LEAVE = "on_leave", _("on leave")
    LEAVES = "leaves", _("leaves")
    LEAVE_DAYS = "leave_days", _("days of leave")
    DEDUCTIONS = "deductions", _("deductions")
    DEDUCTION_AMOUNT = "deduction_amount", _("amount of deductions (KWD)")


class Dimension(models.TextChoices):
    """By what a figure is divided."""

    WHOLE = "", _("not divided")
    DEPARTMENT = "department", _("department")
    NATIONALITY = "nationality", _("nationality")
    TYPE = "type", _("type")


class ItemKind(models.TextChoices):
    """What is counted of an employee besides the employment."""

    LEAVE = "leave", _("leave")
    DEDUCTION = "deduction", _("deduction")


class ExpiringKind(models.TextChoices):
    """What ends on a day."""

    LICENSE = "license", _("licence")
    DOCUMENT = "document", _("document")


class GroupBy(models.TextChoices):
    """By what a reader may have a figure divided."""

    NONE = "none", _("not divided")
    COMPANY = "company", _("company")
    DEPARTMENT = "department", _("department")
    NATIONALITY = "nationality", _("nationality")
    TYPE = "type", _("type")
    MONTH = "month", _("month")


class LeaveType(models.TextChoices):
    """The kinds of leave that have a name here; another one is called as it is told."""

    ANNUAL = "annual", _("annual leave")
    SICK = "sick", _("sick leave")
    MATERNITY = "maternity", _("maternity leave")
    EMERGENCY = "emergency", _("emergency leave")
    UNPAID = "unpaid", _("unpaid leave")


class DeductionType(models.TextChoices):
    """The kinds of deductions that have a name here; another one is called as it is told."""

    LATE = "late", _("lateness")
    ABSENCE = "absence", _("absence")
    LOAN = "loan", _("loan")
    INSURANCE = "insurance", _("insurance")
    OTHER = "other", _("other")
