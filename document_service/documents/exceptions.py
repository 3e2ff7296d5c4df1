"""Refusals of the document service that a person or a client can act on."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, DomainError, NotFoundError, PermissionDeniedError, ValidationError


class DocumentNotFoundError(NotFoundError):
    """No such document, or none that the person may see: the two are not told apart."""

    code = "DOCUMENT_NOT_FOUND"
    default_message = _("There is no such document.")


class UnsupportedTypeError(DomainError):
    """A file whose content is of no kind that is kept here, whatever its name says."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    default_message = _("Files of this kind are not accepted.")


class UnsafeFileError(ValidationError):
    """A file that could harm who opens it."""

    code = "UNSAFE_FILE"
    default_message = _("The file is not safe to open.")


class InfectedFileError(ValidationError):
    """A virus scanner found something; the file is in quarantine."""

    code = "INFECTED_FILE"
    default_message = _("The virus scanner refused the file; it is in quarantine.")


class StorageLimitReachedError(ValidationError):
    """The company has used up its storage."""

    code = "STORAGE_LIMIT_REACHED"
    default_message = _("The company's storage is full.")


class FileNotScannedError(PermissionDeniedError):
    """The file waits for its scan."""

    code = "FILE_NOT_SCANNED"
    default_message = _("The file has not been scanned for viruses yet. Try again later.")


class FileQuarantinedError(PermissionDeniedError):
    """The file is in quarantine, or was discarded from it."""

    code = "FILE_QUARANTINED"
    default_message = _("The file is in quarantine.")


class FileMissingError(NotFoundError):
    """The document is known, its bytes are not here."""

    code = "FILE_MISSING"
    default_message = _("The document's file is not here.")


class LinkNotValidError(NotFoundError):
    """A signed address that is forged, has expired, or leads to what is gone."""

    code = "LINK_NOT_VALID"
    default_message = _("This link is not valid or has expired.")


class CategoryNameTakenError(ConflictError):
    """Two categories of one name cannot be told apart."""

    code = "CATEGORY_NAME_TAKEN"
    default_message = _("There is a category of this name.")


class UnknownCategoryError(ValidationError):
    """A category that the company does not have."""

    code = "UNKNOWN_CATEGORY"
    default_message = _("The company has no such category.")


class CategoryCycleError(ConflictError):
    """A category cannot be inside itself."""

    code = "CATEGORY_CYCLE"
    default_message = _("A category cannot be placed inside itself.")


class UnknownEmployeeError(ValidationError):
    """A document is about an employee whom the company does not have."""

    code = "UNKNOWN_EMPLOYEE"
    default_message = _("The company has no such employee.")


class UnknownPersonError(ValidationError):
    """A right for somebody who is not of the company."""

    code = "UNKNOWN_PERSON"
    default_message = _("Nobody of this id belongs to the company.")


class AlreadyDecidedError(ConflictError):
    """A file in quarantine is decided about once."""

    code = "ALREADY_DECIDED"
    default_message = _("This file was decided about already.")


class CursorNotOursError(ValidationError):
    """A cursor that was made for another list, or by somebody else."""

    code = "VALIDATION_ERROR"
    default_message = _("This cursor does not belong to this list.")
