"""What people are to be paid whose hire is still under way."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.security.encryption.fields import EncryptedDecimalField


class AgreedPay(models.Model):
    """The pay that a person is to be hired at, from the request until the employee's record is complete.

    A hire's saga and its commands go through other services' hands and stay readable for operators, so pay is
    not in them: it waits here.
    """

    employee_id = models.UUIDField(_("employee"), primary_key=True, editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    salary = EncryptedDecimalField(_("salary"), max_digits=12, decimal_places=3, row="employee_id")

    class Meta:
        db_table = "agreed_pay"
        verbose_name = _("agreed pay")
        verbose_name_plural = _("agreed pay")

    def __str__(self) -> str:
        return str(self.employee_id)
