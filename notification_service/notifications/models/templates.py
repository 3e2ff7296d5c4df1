"""The wording of notices."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.company_rows import CompanyRow
from notification_service.notifications.choices import Channel, Language


class Template(CompanyRow):
    """The wording of one kind of notice for one channel, in Arabic and English.

    ``variables`` are the names its texts may use. Every company has the system's templates as rows of its own
    (``is_default``); one that the company words itself (``is_edited``) no longer follows the system's wording.
    """

    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    category = models.CharField(_("category"), max_length=50, default="general")
    subject_ar = models.CharField(_("subject in Arabic"), max_length=255, blank=True)
    content_ar = models.TextField(_("content in Arabic"))
    subject_en = models.CharField(_("subject in English"), max_length=255, blank=True, default="")
    content_en = models.TextField(_("content in English"), default="")
    variables = ArrayField(
        models.CharField(max_length=100), verbose_name=_("variables"), default=list, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_default = models.BooleanField(_("the system's"), default=False)
    is_edited = models.BooleanField(_("worded by the company"), default=False)

    class Meta:
        db_table = "templates"
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "name", "type"],
                name="a_template_name_is_used_once_a_channel",
                violation_error_message=_("There is already a template of that name for this channel."),
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=Channel.values), name="template_channels_are_known"
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="templates_of_a_company"),
        ]

    def __str__(self) -> str:
        return self.name

    def subject_in(self, language: str) -> str:
        """The subject in ``language``, or in the other one where it has none."""
        both = (self.subject_ar, self.subject_en)
        return _first(both if language == Language.ARABIC else both[::-1])

    def content_in(self, language: str) -> str:
        """The content in ``language``, or in the other one where it has none."""
        both = (self.content_ar, self.content_en)
        return _first(both if language == Language.ARABIC else both[::-1])


def _first(texts: tuple[str, ...]) -> str:
    return next((text for text in texts if text), "")
