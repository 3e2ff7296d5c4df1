"""What people see of imports: runs, rows set aside, what is left for HR to do, companies handed over."""

from common.legacy.admin.conflicts import ImportConflictAdmin
from common.legacy.admin.handover import HandedOverCompanyAdmin
from common.legacy.admin.quarantine import QuarantinedRowAdmin
from common.legacy.admin.runs import ImportRunAdmin
from common.legacy.admin.todo import ToDoItemAdmin

__all__ = [
    "HandedOverCompanyAdmin",
    "ImportConflictAdmin",
    "ImportRunAdmin",
    "QuarantinedRowAdmin",
    "ToDoItemAdmin",
]
