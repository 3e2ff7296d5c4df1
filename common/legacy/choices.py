"""What can be wrong with old data, and what became of a row."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Problem(TextChoices):
    """Why a single value is refused."""

    MISSING = "missing", _("is missing")
    NOT_TEXT = "not_text", _("is not text")
    UNSTORABLE_CHARACTERS = "unstorable_characters", _("holds characters that cannot be stored")
    TOO_LONG = "too_long", _("is too long")
    NOT_A_BOOLEAN = "not_a_boolean", _("is neither yes nor no")
    NOT_A_DATE = "not_a_date", _("is not a date")
    IMPOSSIBLE_DATE = "impossible_date", _("is a day that does not exist")
    BEFORE_START = "before_start", _("is before the start")
    NOT_A_NUMBER = "not_a_number", _("is not a number")
    NEGATIVE = "negative", _("is negative")
    TOO_PRECISE = "too_precise", _("has more than three decimals")
    NOTHING = "nothing", _("is not more than nothing")
    OUT_OF_RANGE = "out_of_range", _("is out of range")
    BROKEN_JSON = "broken_json", _("is not the JSON it should be")
    UNKNOWN_WORD = "unknown_word", _("is not one of the known words")
    NOT_AN_EMAIL = "not_an_email", _("is not an e-mail address")
    NOT_AN_ADDRESS = "not_an_address", _("is not a web address")


class QuarantineReason(TextChoices):
    """Why a row was set aside."""

    MISSING_ID = "missing_id", _("The row has no id")
    REPEATED_ID = "repeated_id", _("An earlier row has the same id")
    UNKNOWN_COMPANY = "unknown_company", _("The company is not in the file")
    UNKNOWN_EMPLOYEE = "unknown_employee", _("The employee is not in the file or was set aside")
    UNKNOWN_USER = "unknown_user", _("The account is not in the file or was set aside")
    UNKNOWN_OWNER = "unknown_owner", _("What it belongs to is not in the file or was set aside")
    REPEATED_EMAIL = "repeated_email", _("An earlier account has the same e-mail address")
    UNREADABLE_VALUES = "unreadable_values", _("Some values cannot be carried as they stand")
    REFUSED = "refused", _("The service refused the row")


class QuarantineState(TextChoices):
    """What became of a row that was set aside."""

    WAITING = "waiting", _("waiting")
    IMPORTED = "imported", _("imported since")
    DISCARDED = "discarded", pgettext_lazy("row", "discarded")


class QuarantineStep(TextChoices):
    """What somebody did about a row that was set aside."""

    CORRECTED = "corrected", _("corrected")
    REFUSED = "refused", _("tried, still refused")
    IMPORTED = "imported", _("imported")
    DISCARDED = "discarded", pgettext_lazy("row", "discarded")
    PUT_BACK = "put_back", _("put back")


class ToDoKind(TextChoices):
    """What HR has to complete or decide after an import."""

    MISSING_EMAIL = "missing_email", _("has no e-mail address")
    UNUSABLE_EMAIL = "unusable_email", _("has an unusable e-mail address")
    DUPLICATE_EMAIL = "duplicate_email", _("has an e-mail address that belongs to somebody else")
    MISSING_HIRE_DATE = "missing_hire_date", _("has no hire date")
    MISSING_COMPANY = "missing_company", _("belongs to no company and can see nothing")
    OTHER_PERMISSIONS = "other_permissions", _("had permissions beyond the role")
    UNUSABLE_PASSWORD = "unusable_password", _("has no password that can be used")
    UNREADABLE_VALUE = "unreadable_value", _("has a value that could not be carried")
    DUPLICATE_NAME = "duplicate_name", _("has the name of another one and was given a number")
    LINKED_ACCOUNT = "linked_account", _("was linked to the account with the same e-mail address")
    UNKNOWN_PERSON = "unknown_person", _("names a person who is not known here")
    OVERLAPPING_LEAVE = "overlapping_leave", _("is on days of another leave of the same person")
    OTHER_DAYS = "other_days", _("had a number of days that its dates do not allow and was counted anew")
    MISSING_FILE = "missing_file", _("has no file in the folder that was given")
    REFUSED_FILE = "refused_file", _("has a file that was not accepted")
    UNKNOWN_OWNER = "unknown_owner", _("does not say whom or what it is about")
    OTHER_FILE = "other_file", _("has a file of another size or kind than the old system says")


class SubjectKind(TextChoices):
    """What a to-do item is about."""

    USER = "user", _("user")
    COMPANY = "company", _("company")
    EMPLOYEE = "employee", _("employee")
    DEPARTMENT = "department", _("department")
    LICENSE = "license", _("licence")
    LEAVE = "leave", _("leave")
    DEDUCTION = "deduction", _("deduction")
    VIOLATION = "violation", _("violation")
    DOCUMENT = "document", _("document")
    NOTIFICATION = "notification", _("notice")


class RunState(TextChoices):
    """How far an import came."""

    RUNNING = "running", _("running or interrupted")
    FINISHED = "finished", _("finished")
    ROLLING_BACK = "rolling_back", _("being taken back")
    ROLLED_BACK = "rolled_back", _("taken back")


class RowOutcome(TextChoices):
    """What became of a row of the old file."""

    IMPORTED = "imported", _("imported")
    MERGED = "merged", _("merged")
    QUARANTINED = "quarantined", _("set aside")
    SKIPPED = "skipped", _("skipped")
    KEPT = "kept", _("gone from the old file, kept here")


class ConflictKind(TextChoices):
    """What an incremental import did where both sides have their say, or could not do."""

    OLD_SIDE_WON = "old_side_won", _("changed on both sides: the old side's change came over")
    LEFT_BEHIND = "left_behind", _("changed over there after its company was handed over: left behind")
    KEPT = "kept", _("gone over there, changed by people here: kept")
    MUST_STAY = "must_stay", _("gone over there, cannot be taken away here: kept")
    SET_ASIDE = "set_aside", _("cannot be carried any more as it is over there: stays as it was")
