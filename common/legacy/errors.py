"""Why an import stopped before its end."""


class LegacyImportError(Exception):
    """The import cannot go on; ``str()`` is one sentence for the operator, ``exit_code`` is for the shell."""

    exit_code = 1


class SourceUnreadableError(LegacyImportError):
    """The given file is missing, locked, damaged, encrypted or not a SQLite database."""

    exit_code = 2


class ReportUnwritableError(LegacyImportError):
    """The folder for the report cannot be written."""

    exit_code = 2


class AnotherImportError(LegacyImportError):
    """Somebody else is importing the same file into this service right now."""


class UnaccountedRowsError(LegacyImportError):
    """The rows of a table do not add up to its source: a defect of the import, never of the file."""


class NothingTakenError(LegacyImportError):
    """The service has no part in the import; that is as it should be."""

    exit_code = 0


class UnknownRunError(LegacyImportError):
    """No import of that name was ever made here."""

    exit_code = 2


class UnknownCompanyError(LegacyImportError):
    """A company that is to be handed over is not in the file."""
