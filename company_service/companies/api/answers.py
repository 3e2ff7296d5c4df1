"""Whole answers, for the OpenAPI document."""

from rest_framework import serializers

from common.api.answers import Answer, Pagination
from company_service.companies.api.serializers import CompanyOut, DepartmentOut, SettingOut, StatisticsOut


class CompanyList(Answer):
    """A piece of the list of companies."""

    companies = CompanyOut(many=True)
    pagination = Pagination()


class OneCompany(Answer):
    """One company."""

    company = CompanyOut()


class DepartmentList(Answer):
    """A piece of the list of a company's departments."""

    departments = DepartmentOut(many=True)
    pagination = Pagination()


class OneDepartment(Answer):
    """One department."""

    department = DepartmentOut()


class SettingList(Answer):
    """A company's settings."""

    settings = SettingOut(many=True)


class OneSetting(Answer):
    """One setting."""

    setting = SettingOut()


class Statistics(Answer):
    """The size of a company."""

    statistics = StatisticsOut()


class Done(Answer):
    """It was done; a sentence says what."""

    message = serializers.CharField()
