"""The words about personal data that all services share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Holding(models.TextChoices):
    """A kind of data about a person."""

    ACCOUNT = "account", _("Account")
    MEMBERSHIPS = "memberships", _("Roles in companies")
    SESSIONS = "sessions", _("Sign-ins")
    MAILS = "mails", _("Mails about the account")
    EMPLOYMENT = "employment", _("Employment")
    PROFILE = "profile", _("Personal details")
    HISTORY = "history", _("Record of the employment")
    RELATIONSHIPS = "relationships", _("Lines to other employees")
    LEAVES = "leaves", _("Leaves")
    DEDUCTIONS = "deductions", _("Deductions")
    VIOLATIONS = "violations", _("Violations")
    REVIEWS = "reviews", _("Performance reviews")
    HIRES = "hires", _("Hiring")
    DOCUMENTS = "documents", _("Documents")
    FILES = "files", _("Files")
    DOWNLOADS = "downloads", _("Downloads")
    NOTICES = "notices", _("Notices")
    PREFERENCES = "preferences", _("Preferences")
    FIGURES = "figures", _("Figures")
    REPORTS = "reports", _("Reports")
    HEADCOUNT = "headcount", _("Headcount")
    EVENTS = "events", _("Events")
    COPIES = "copies", _("Copies of names")
    STAFF = "staff", _("Sign-in to the administration")
    OLD_ROWS = "old_rows", _("Rows of the old system")
    ACCESSES = "accesses", _("Who read the record")
    ADMIN_LOG = "admin_log", _("Log of the administration")
    COMPANY = "company", _("Company")


class Fate(models.TextChoices):
    """What an erasure did with a kind of data."""

    DELETED = "deleted", _("deleted")
    MASKED = "masked", _("made unrecognisable")
    KEPT = "kept", _("kept")


class Because(models.TextChoices):
    """Why an erasure kept something."""

    EMPLOYMENT_LAW = (
        "employment_law",
        _("The law has employers keep the records of an employment for a time."),
    )
    OTHER_PLACES = "other_places", _("The account is still used in another company.")
    ACCOUNTABILITY = (
        "accountability",
        _("It proves who read or changed what, and goes after a time of its own."),
    )
    NO_NAME = "no_name", _("It is counted and says nothing of who the person is.")
    GOES_SOON = "goes_soon", _("It goes by itself within days.")


class SubjectKind(models.TextChoices):
    """Whose record was read or erased."""

    EMPLOYEE = "employee", _("employee")
    ACCOUNT = "account", _("account")
    COMPANY = "company", _("company")


class AccessAction(models.TextChoices):
    """What somebody did with a person's record."""

    VIEWED = "viewed", _("viewed")
    DOWNLOADED = "downloaded", _("downloaded")
    EXPORTED = "exported", _("exported")


class Door(models.TextChoices):
    """By what way a record was read."""

    API = "api", _("API")
    ADMIN = "admin", _("administration")
