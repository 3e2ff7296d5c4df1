"""Addresses of companies, their departments, settings and size."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.schema import ErrorResponse
from common.api.views import ServiceAPIView
from common.days import today
from common.security.permissions import ANYONE_SIGNED_IN
from company_service.companies import selectors, services
from company_service.companies.api import answers
from company_service.companies.api.rows import COMPANY_ROW, DEPARTMENT_ROW
from company_service.companies.api.serializers import (
    CompanyCreateIn,
    CompanyOut,
    CompanyQuery,
    CompanyUpdateIn,
    DepartmentCreateIn,
    DepartmentOut,
    DepartmentQuery,
    DepartmentUpdateIn,
    SettingIn,
    SettingOut,
    SettingQuery,
    StatisticsOut,
    filters,
)


class CompaniesView(ServiceAPIView):
    """All companies, for those who serve all of them."""

    idempotent = True
    required_permissions = {"GET": "companies:view", "POST": "companies:create"}
    query_serializers = {"GET": CompanyQuery}
    body_serializers = {"POST": CompanyCreateIn}
    answer_serializers = {
        "GET": answers.CompanyList,
        "POST": {201: answers.OneCompany, 409: ErrorResponse},
    }

    def get(self, request: Request) -> Response:
        """List companies, newest first; ``search`` is the beginning of a name in either script."""
        query = self.query()
        companies = selectors.company_list(**filters(query))
        return paginate(companies, query, key="companies", row=COMPANY_ROW)

    def post(self, request: Request) -> Response:
        """Create a company."""
        company = services.company_create(**self.body())
        return Response({"success": True, "company": CompanyOut(company).data}, status=201)


class CompanyView(ServiceAPIView):
    """One company; its members may read it."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": "companies:edit", "DELETE": "companies:delete"}
    body_serializers = {"PUT": CompanyUpdateIn}
    answer_serializers = {
        "GET": answers.OneCompany,
        "PUT": {200: answers.OneCompany, 409: ErrorResponse},
        "DELETE": answers.Done,
    }

    def get(self, request: Request, company_id: UUID) -> Response:
        """The company."""
        self.query()
        return Response({"success": True, "company": CompanyOut(selectors.company_get(company_id)).data})

    def put(self, request: Request, company_id: UUID) -> Response:
        """Change the given fields; the others stay."""
        company = services.company_update(company_id=company_id, **self.body())
        return Response({"success": True, "company": CompanyOut(company).data})

    def delete(self, request: Request, company_id: UUID) -> Response:
        """Deactivate the company; its people and their records stay."""
        services.company_deactivate(company_id=company_id)
        return Response({"success": True, "message": _("The company was deactivated.")})


class DepartmentsView(ServiceAPIView):
    """The departments of a company."""

    idempotent = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": "employees:edit"}
    query_serializers = {"GET": DepartmentQuery}
    body_serializers = {"POST": DepartmentCreateIn}
    answer_serializers = {
        "GET": answers.DepartmentList,
        "POST": {201: answers.OneDepartment, 409: ErrorResponse},
    }

    def get(self, request: Request, company_id: UUID) -> Response:
        """List the company's departments from A to Z."""
        query = self.query()
        departments = selectors.department_list(company_id=company_id, **filters(query))
        return paginate(departments, query, key="departments", row=DEPARTMENT_ROW, ordering=("name_folded",))

    def post(self, request: Request, company_id: UUID) -> Response:
        """Create a department."""
        created = services.department_create(company_id=company_id, **self.body())
        department = selectors.department_get(created.id)
        return Response({"success": True, "department": DepartmentOut(department).data}, status=201)


class DepartmentView(ServiceAPIView):
    """One department."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": "employees:edit", "DELETE": "employees:edit"}
    body_serializers = {"PUT": DepartmentUpdateIn}
    answer_serializers = {
        "GET": answers.OneDepartment,
        "PUT": {200: answers.OneDepartment, 409: ErrorResponse},
        "DELETE": {200: answers.Done, 409: ErrorResponse},
    }

    def get(self, request: Request, department_id: UUID) -> Response:
        """The department."""
        self.query()
        department = selectors.department_get(department_id)
        return Response({"success": True, "department": DepartmentOut(department).data})

    def put(self, request: Request, department_id: UUID) -> Response:
        """Change the given fields; the others stay."""
        services.department_update(department_id=department_id, **self.body())
        department = selectors.department_get(department_id)
        return Response({"success": True, "department": DepartmentOut(department).data})

    def delete(self, request: Request, department_id: UUID) -> Response:
        """Delete the department, if nobody and no department is in it."""
        services.department_delete(department_id=department_id)
        return Response({"success": True, "message": _("The department was deleted.")})


class SettingsView(ServiceAPIView):
    """The settings of a company; who lacks ``settings:view`` reads the public ones."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": "settings:edit"}
    query_serializers = {"GET": SettingQuery}
    body_serializers = {"POST": SettingIn}
    answer_serializers = {"GET": answers.SettingList, "POST": answers.OneSetting}

    def get(self, request: Request, company_id: UUID) -> Response:
        """All settings, or the one called ``key``."""
        settings = selectors.setting_list(
            company_id=company_id,
            key=self.query().get("key", ""),
            only_public=not self.person.may("settings:view"),
        )
        return Response({"success": True, "settings": SettingOut(settings, many=True).data})

    def post(self, request: Request, company_id: UUID) -> Response:
        """Set a value, new or instead of the one before."""
        setting = services.setting_set(company_id=company_id, **self.body())
        return Response({"success": True, "setting": SettingOut(setting).data})


class StatisticsView(ServiceAPIView):
    """The size of a company."""

    required_permissions = {"GET": "reports:view"}
    answer_serializers = {"GET": answers.Statistics}

    def get(self, request: Request, company_id: UUID) -> Response:
        """Headcount and departments as of now, growth and turnover of the last twelve months."""
        self.query()
        statistics = selectors.company_statistics(company_id, today())
        return Response({"success": True, "statistics": StatisticsOut(statistics).data})
