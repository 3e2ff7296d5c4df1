"""A stand-in for the old application: the published contract's shapes over one SQLite file.

It checks no password and no signature: only what a gateway in front of it can tell matters here. Run by
uvicorn in a process of its own with OLD_FILE as the file.
"""

import os
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from common.legacy.ids import new_id

Answer = Callable[[Request], Awaitable[JSONResponse]]
Shape = Callable[[Mapping[str, Any]], dict[str, Any]]

LIMIT: Final = 100
KEY: Final = "the old application's own key, of no use to anybody"
CODES: Final = {401: "UNAUTHENTICATED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}

_file = sqlite3.connect(os.environ["OLD_FILE"], isolation_level=None, timeout=30)
_file.row_factory = sqlite3.Row
_file.execute("PRAGMA journal_mode = WAL")


def _rows(query: str, *values: Any) -> list[Mapping[str, Any]]:
    return [dict(row) for row in _file.execute(query, values)]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _time(row: Mapping[str, Any]) -> dict[str, str]:
    moment = datetime.fromtimestamp(row["created_at"], UTC).isoformat().replace("+00:00", "Z")
    return {"created_at": moment, "updated_at": moment}


def _id(table: str, old_id: str | None) -> str:
    return str(new_id(table, old_id or "none"))


def _user(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: row[key] for key in ("email", "first_name", "last_name")}
    state = {"is_active": bool(row["is_active"]), "email_verified": bool(row["email_verified"])}
    return {"id": _id("users", row["id"]), **own, **state, "roles": [], **_time(row)}


def _company(row: Mapping[str, Any]) -> dict[str, Any]:
    own = {"id": _id("companies", row["id"]), "name": row["name"], "is_active": bool(row["is_active"])}
    return {**own, **_time(row)}


def _employee(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _id("employees", row["id"]),
        "employee_id": row["id"],
        "company_id": _id("companies", row["company_id"]),
        "user_id": _id("employee-user", row["id"]),
        **{key: row[key] for key in ("first_name", "last_name", "email", "hire_date", "salary")},
        "employment_status": row["status"],
        "employment_type": "full_time",
        "is_active": row["status"] == "active",
        **_time(row),
    }


def _notification(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _id("notifications", row["id"]),
        "company_id": _id("companies", row["company_id"]),
        "user_id": _id("users", row["user_id"]),
        "type": "in_app",
        "title": row["title"],
        "message": row["message"],
        "status": "read" if row["is_read"] else "delivered",
        "priority": "normal",
        **_time(row),
    }


def _list(table: str, key: str, shape: Shape) -> Answer:
    async def answer(request: Request) -> JSONResponse:
        page = max(1, int(request.query_params.get("page", 1)))
        limit = min(LIMIT, int(request.query_params.get("limit", 20)))
        total = _rows(f"SELECT count(*) AS total FROM {table}")[0]["total"]
        rows = _rows(f"SELECT * FROM {table} ORDER BY id LIMIT ? OFFSET ?", limit, (page - 1) * limit)
        paging = {"page": page, "limit": limit, "total": total, "pages": -(-total // limit)}
        return JSONResponse({"success": True, key: [shape(row) for row in rows], "pagination": paging})

    return _for_signed_in(answer)


def _for_signed_in(answer: Answer) -> Answer:
    async def checked(request: Request) -> JSONResponse:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            raise HTTPException(401, "Sign in first.")
        return await answer(request)

    return checked


async def _login(request: Request) -> JSONResponse:
    email = (await request.json())["email"]
    found = _rows("SELECT * FROM users WHERE email = ?", email)
    if not found:
        raise HTTPException(401, "The e-mail or the password is wrong.")
    until = datetime.now(UTC) + timedelta(hours=1)
    claims = {"userId": found[0]["id"], "companyId": found[0]["company_id"], "exp": until}
    signed_in = {"token": jwt.encode(claims, KEY), "refresh_token": "old", "token_type": "Bearer"}
    times = {"expires_at": until.isoformat(timespec="seconds").replace("+00:00", "Z")}
    return JSONResponse({"success": True, "user": _user(found[0]), **signed_in, **times})


async def _profile(_request: Request) -> JSONResponse:
    return JSONResponse({"success": True, "user": _user(_rows("SELECT * FROM users LIMIT 1")[0])})


async def _statistics(request: Request) -> JSONResponse:
    if request.headers.get("X-Service") == "document":
        counts = {"total_documents": 0, "total_size": 0, "last_updated": _now()}
    else:
        total = _rows("SELECT count(*) AS total FROM employees")[0]["total"]
        counts = {"total_employees": total, "active_employees": total, "last_updated": _now()}
    statistics = {"company_id": _id("companies", "company-1"), **counts}
    return JSONResponse({"success": True, "statistics": statistics})


async def _read_all(_request: Request) -> JSONResponse:
    _file.execute("UPDATE notifications SET is_read = 1")
    return JSONResponse({"success": True, "message": "All notifications are read."})


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "healthy", "timestamp": _now(), "version": "old"})


async def _refusal(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = {"code": CODES.get(status, "INTERNAL_ERROR"), "message": str(error), "details": {}}
    return JSONResponse({"success": False, "error": said, "timestamp": _now()}, status)


app = Starlette(
    routes=[
        Route("/health", _health),
        Route("/login", _login, methods=["POST"]),
        Route("/profile", _for_signed_in(_profile)),
        Route("/companies", _list("companies", "companies", _company)),
        Route("/employees", _list("employees", "employees", _employee)),
        Route("/statistics", _for_signed_in(_statistics)),
        Route("/notifications", _list("notifications", "notifications", _notification)),
        Route("/notifications/mark-all-read", _for_signed_in(_read_all), methods=["PATCH"]),
    ],
    exception_handlers={HTTPException: _refusal, Exception: _refusal},
)
