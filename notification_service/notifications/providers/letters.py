"""A notice as a letter: plain text, and HTML in the direction of its language."""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from notification_service.notifications.choices import Language
from notification_service.notifications.providers.base import Outgoing

_PAGE = (
    '<!DOCTYPE html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>'
    '</head><body dir="{direction}" style="font-family:Tahoma,Arial,sans-serif;text-align:{side}">'
    '<h1 style="font-size:18px">{title}</h1><div>{message}</div></body></html>'
)


def letter(outgoing: Outgoing) -> EmailMultiAlternatives:
    """The letter; its Message-ID is the same at each attempt, so that a mailbox can tell a repetition."""
    mail = EmailMultiAlternatives(
        subject=outgoing.title,
        body=outgoing.message,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[outgoing.address],
        headers={
            "Message-ID": f"<{outgoing.key}@{_domain()}>",
            "Content-Language": outgoing.language,
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(_page(outgoing), "text/html")
    return mail


def _page(outgoing: Outgoing) -> str:
    right_to_left = outgoing.language == Language.ARABIC
    # Escaped first: the only markup of a message are its line breaks.
    lines = conditional_escape(outgoing.message).replace("\r\n", "\n").replace("\n", "<br>")
    return format_html(
        _PAGE,
        language=outgoing.language,
        direction="rtl" if right_to_left else "ltr",
        side="right" if right_to_left else "left",
        title=outgoing.title,
        message=mark_safe(lines),  # noqa: S308  # nosec B308 B703 - escaped above
    )


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
