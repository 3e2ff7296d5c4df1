"""Opening the scope that belongs to somebody."""

from contextlib import AbstractContextManager

from common.security.tenancy import Scope, all_companies, company_scope, person_scope


def open_scope(scope: Scope) -> AbstractContextManager[None]:
    """Open a transaction in ``scope``, or join the open one; a scope that names nobody sees nothing."""
    if scope.all_companies:
        return all_companies(scope.reason)
    if scope.user_id is not None:
        return person_scope(scope.user_id, scope.company_id)
    if scope.company_id is not None:
        return company_scope(scope.company_id)
    raise ValueError("The scope names neither a company nor a person.")
