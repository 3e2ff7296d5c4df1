"""Rows of the lists of companies and departments, as PostgreSQL writes them."""

from django.db.models import F, Func, JSONField, Value

from common.api.rows import Row
from company_service.companies.api.serializers import ADDRESS, COMPANY_FIELDS
from company_service.companies.selectors import employee_count


class _Parts(Func):
    """Columns as a JSON object without the empty ones; null when all are."""

    template = "nullif(json_strip_nulls(json_build_object(%(expressions)s))::text, '{}')::json"
    output_field = JSONField()

    def __init__(self, *columns: str) -> None:
        pairs = [(Value(column), Func(F(column), Value(""), function="nullif")) for column in columns]
        super().__init__(*(part for pair in pairs for part in pair))


COMPANY_ROW = Row({**{name: name for name in COMPANY_FIELDS}, "address": _Parts(*ADDRESS)})
DEPARTMENT_ROW = Row(
    {
        "id": "id",
        "company_id": "company_id",
        "name": "name",
        "name_ar": "name_ar",
        "description": "description",
        "manager_id": "manager_id",
        "parent_department_id": "parent_id",
        "budget": "budget",
        "employee_count": employee_count(),
        "is_active": "is_active",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
)
