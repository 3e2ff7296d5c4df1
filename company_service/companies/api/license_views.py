"""Addresses of licences."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.schema import ErrorResponse
from common.api.views import ServiceAPIView
from common.days import today
from company_service.companies import selectors, services
from company_service.companies.api.answers import Done
from company_service.companies.api.licenses import (
    ExpiringQuery,
    LicenseCreateIn,
    LicenseList,
    LicenseOut,
    LicenseQuery,
    LicenseRenewIn,
    LicenseUpdateIn,
    OneLicense,
    license_row,
)
from company_service.companies.api.serializers import filters


class LicensesView(ServiceAPIView):
    """The licences of a company."""

    idempotent = True
    required_permissions = {"GET": "employees:view", "POST": "employees:edit"}
    query_serializers = {"GET": LicenseQuery}
    body_serializers = {"POST": LicenseCreateIn}
    answer_serializers = {"GET": LicenseList, "POST": {201: OneLicense, 409: ErrorResponse}}

    def get(self, request: Request, company_id: UUID) -> Response:
        """List the company's licences, newest first; ``search`` is the beginning of a number or a name."""
        query, day = self.query(), today()
        licenses = selectors.license_list(company_id=company_id, today=day, **filters(query))
        return paginate(licenses, query, key="licenses", row=license_row(day))

    def post(self, request: Request, company_id: UUID) -> Response:
        """Enter a licence."""
        entered = services.license_create(company_id=company_id, **self.body())
        return _one(entered.id, status=201)


class ExpiringLicensesView(ServiceAPIView):
    """Licences that end soon, of every company the person serves."""

    required_permissions = {"GET": "employees:view"}
    query_serializers = {"GET": ExpiringQuery}
    answer_serializers = {"GET": LicenseList}

    def get(self, request: Request) -> Response:
        """List licences that end within ``days`` days, the next end first; the overdue ones only if asked for."""
        query, day = self.query(), today()
        company_id = None if self.person.all_companies else self.person.company_id
        licenses = selectors.licenses_expiring(today=day, company_id=company_id, **filters(query))
        return paginate(licenses, query, key="licenses", row=license_row(day), ordering=("expires_on",))


class LicenseView(ServiceAPIView):
    """One licence."""

    required_permissions = {"GET": "employees:view", "PUT": "employees:edit", "DELETE": "employees:edit"}
    body_serializers = {"PUT": LicenseUpdateIn}
    answer_serializers = {"GET": OneLicense, "PUT": {200: OneLicense, 409: ErrorResponse}, "DELETE": Done}

    def get(self, request: Request, license_id: UUID) -> Response:
        """The licence with the chain of its periods."""
        return _one(license_id)

    def put(self, request: Request, license_id: UUID) -> Response:
        """Correct the given fields; the others stay. A new period is entered by renewing."""
        services.license_update(license_id=license_id, **self.body())
        return _one(license_id)

    def delete(self, request: Request, license_id: UUID) -> Response:
        """Withdraw the licence; its history stays."""
        services.license_withdraw(license_id=license_id)
        return Response({"success": True, "message": _("The licence was withdrawn.")})


class RenewLicenseView(ServiceAPIView):
    """The next period of a licence."""

    idempotent = True
    required_permissions = {"POST": "employees:edit"}
    body_serializers = {"POST": LicenseRenewIn}
    answer_serializers = {"POST": {200: OneLicense, 409: ErrorResponse}}

    def post(self, request: Request, license_id: UUID) -> Response:
        """Renew the licence; the period before is kept as renewed."""
        services.license_renew(license_id=license_id, **self.body())
        return _one(license_id)


def _one(license_id: UUID, status: int = 200) -> Response:
    found = selectors.license_get(license_id, today())
    return Response({"success": True, "license": LicenseOut(found).data}, status=status)
