"""Why a row that was set aside cannot be imported or discarded."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, PermissionDeniedError, ValidationError


class RowDecidedError(ConflictError):
    """Somebody was quicker."""

    code = "ROW_DECIDED"
    default_message = _("Somebody has decided about this row meanwhile.")


class IdHereError(ConflictError):
    """The old id stands for something that is here."""

    code = "ID_IS_HERE"
    default_message = _("Something with this id is here already; give the row another id or discard it.")


class NotTakenError(ValidationError):
    """The plan of this service leaves such a row behind by a stated rule, or does not know its table."""

    code = "NOT_TAKEN"
    default_message = _("This service takes nothing from such a row.")


class ForeignRowError(PermissionDeniedError):
    """What the row would become belongs to no company, or to one the person does not serve."""

    code = "ANOTHER_COMPANY"
    default_message = _(
        "The row does not belong to your company; an administrator of all companies can import it."
    )


class RoleTooHighError(PermissionDeniedError):
    """Nobody gives an account a role as high as their own."""

    code = "ROLE_TOO_HIGH"
    default_message = _("Only somebody with a higher role may import an account with this role.")
