"""Imported employees taken away again, with what the import had hung on them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from common.contracts.employee import EmployeeRemoved
from common.legacy.staging import publish_staged, stage
from common.messaging.services import Publication

_STAGE: Final = "employees_to_remove"
# What people have made for an employee since, by what it is called in the report.
_HANGS_ON: Final = {
    "leaves": "leaves x WHERE (x.company_id, x.employee_id) = (t.company_id, t.id)",
    "deductions": "deductions x WHERE (x.company_id, x.employee_id) = (t.company_id, t.id)",
    "violations": "violations x WHERE (x.company_id, x.employee_id) = (t.company_id, t.id)",
    "reviews": (
        "performance_reviews x WHERE x.company_id = t.company_id AND t.id IN (x.employee_id, x.reviewer_id)"
    ),
    "lines to colleagues": (
        "relationships x WHERE x.company_id = t.company_id AND t.id IN (x.employee_id, x.related_employee_id)"
    ),
    "staff to manage": "employees x WHERE x.company_id = t.company_id AND x.manager_id = t.id",
}
# What only people can have filled in, since the old system has no such thing.
_FILLED_IN: Final = """
    t.manager_id IS NOT NULL OR t.civil_id_expiry IS NOT NULL OR t.passport_expiry IS NOT NULL
 OR t.termination_date IS NOT NULL OR t.exit_interview_conducted
 OR p.emergency_contact_relationship <> '' OR p.certifications <> '{}'
 OR p.education <> '[]' OR p.work_experience <> '[]'
"""
_KEPT: Final = (
    "SELECT t.id, array_remove(ARRAY[{}], NULL) FROM pg_temp.{} s JOIN employees t ON t.id = s.id"
    " LEFT JOIN employee_profiles p ON p.employee_id = t.id".format(
        ", ".join(
            [
                *(
                    f"CASE WHEN EXISTS (SELECT FROM {where}) THEN '{what}' END"
                    for what, where in _HANGS_ON.items()
                ),
                f"CASE WHEN {_FILLED_IN} THEN 'details that the old system does not know' END",
            ]
        ),
        _STAGE,
    )
)
_THEIRS: Final = f"IN (SELECT t.company_id, t.id FROM pg_temp.{_STAGE} s JOIN employees t ON t.id = s.id)"


def employees_import_remove(ids: Collection[UUID]) -> dict[UUID, str]:
    """Take employees away, in the caller's scope, and tell of each by employee.removed.

    Whoever has something by now that people made stays: returned are they, each with why. An id that is not
    here is no mistake.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, _STAGE, {"id": "uuid"}, ((key,) for key in ids))
        cursor.execute(_KEPT)
        kept = {key: f"has {', '.join(found)} by now" for key, found in cursor.fetchall() if found}
        if kept:
            cursor.execute(f"DELETE FROM pg_temp.{_STAGE} WHERE id = ANY(%s)", [list(kept)])
        for table in ("employee_search_terms", "employee_profiles"):
            cursor.execute(f"DELETE FROM {table} WHERE (company_id, employee_id) {_THEIRS}")
        cursor.execute(
            f"SELECT count(*) FROM employment_events_take_back((SELECT array_agg(id) FROM pg_temp.{_STAGE}))"
        )
        cursor.execute(
            f"DELETE FROM employees t USING pg_temp.{_STAGE} s WHERE t.id = s.id"
            " RETURNING t.id, t.company_id, t.user_id, t.version"
        )
        publish_staged(
            Publication(
                EmployeeRemoved(employee_id=key, company_id=company_id, user_id=user_id),
                key,
                company_id,
                version + 1,
            )
            for key, company_id, user_id, version in cursor.fetchall()
        )
    return kept
