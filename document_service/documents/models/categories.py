"""The categories that a company sorts its documents into."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.company_rows import CompanyRow


class DocumentCategory(CompanyRow):
    """A category; documents name theirs by its name, spelled in any way that folds to the same."""

    name = models.CharField(_("name"), max_length=100)
    name_folded = models.CharField(max_length=400, editable=False)
    description = models.CharField(_("description"), max_length=500, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("inside"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="children",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    color = models.CharField(_("colour"), max_length=20, blank=True)
    icon = models.CharField(_("icon"), max_length=50, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "document_categories"
        verbose_name = _("document category")
        verbose_name_plural = _("document categories")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "name_folded"],
                name="categories_have_different_names",
                violation_error_message=_("There is a category of this name."),
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="categories_of_a_company"),
            models.CheckConstraint(
                condition=~models.Q(name_folded=""),
                name="a_category_has_a_name",
                violation_error_message=_("A category needs a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
