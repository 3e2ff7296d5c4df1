"""Refusals of the notification service."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, ValidationError


class MalformedTemplateError(ValidationError):
    """A text has double braces that are not a placeholder."""

    code = "MALFORMED_TEMPLATE"
    default_message = _("A placeholder is a variable in double braces; nothing else may stand in them.")


class UnknownVariableError(ValidationError):
    """A text, or what was given for it, names a variable that the template does not declare."""

    code = "UNKNOWN_VARIABLE"
    default_message = _("The template does not know this variable.")


class MissingVariableError(ValidationError):
    """A variable of the template was not given."""

    code = "MISSING_VARIABLE"
    default_message = _("The template needs a value for this variable.")


class MessageTooLongError(ValidationError):
    """The values make a message of a length that nobody would read."""

    code = "MESSAGE_TOO_LONG"
    default_message = _("The message would be too long.")


class UnknownTemplateError(ValidationError):
    """The company has no such template, or it is switched off."""

    code = "UNKNOWN_TEMPLATE"
    default_message = _("There is no such template in use.")


class WrongChannelError(ValidationError):
    """The template is for another channel."""

    code = "WRONG_CHANNEL"
    default_message = _("This template is for another channel.")


class UnknownPersonError(ValidationError):
    """The person does not belong to the company."""

    code = "UNKNOWN_PERSON"
    default_message = _("This person does not belong to the company.")


class ChannelSwitchedOffError(ValidationError):
    """The person does not want notices of this kind over this channel."""

    code = "CHANNEL_SWITCHED_OFF"
    default_message = _("This person has switched this channel off.")


class UnknownCompanyError(ValidationError):
    """A person who serves all companies has to name one that exists."""

    code = "UNKNOWN_COMPANY"
    default_message = _("Name the company that this is for.")


class TemplateNameTakenError(ConflictError):
    """A template's name is used once a channel."""

    code = "TEMPLATE_NAME_TAKEN"
    default_message = _("There is already a template of that name for this channel.")


class DefaultTemplateError(ConflictError):
    """The system's templates stay: notices of events are made by them."""

    code = "DEFAULT_TEMPLATE"
    default_message = _("The system's templates cannot be deleted; switch them off instead.")


class NotDefaultTemplateError(ConflictError):
    """A template of the company's own has no wording of the system to go back to."""

    code = "NOT_DEFAULT_TEMPLATE"
    default_message = _("This template is the company's own; the system has no wording for it.")


class TemplateInUseError(ConflictError):
    """Notices were made by the template."""

    code = "TEMPLATE_IN_USE"
    default_message = _("Notices were made by this template; switch it off instead.")


class NotResendableError(ConflictError):
    """Only what was sent or has failed is sent again."""

    code = "NOT_RESENDABLE"
    default_message = _("Only a notice that was sent or has failed can be sent again.")
