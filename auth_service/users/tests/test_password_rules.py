"""Passwords that others know already are refused, long ones never for their form."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError

from auth_service.users.password_rules import (
    BreachedPasswordValidator,
    CommonCoreValidator,
    common_passwords,
)
from auth_service.users.tests.factories import PASSWORD, member, sign_in

Api = Callable[..., Any]


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1",
        "P@ssw0rd2026!",
        "!!Dragon!!",
        "12345678",
        "qwertyuiop",
        "Welcome123",
        "iloveyou!",
    ],
)
def test_a_common_password_is_refused_however_it_is_dressed_up(password: str) -> None:
    with pytest.raises(ValidationError):
        CommonCoreValidator().validate(password)


@pytest.mark.parametrize(
    "password",
    [
        "a long enough sentence",
        "dragon-4829174-b",
        "كلمة مرور طويلة",
        "correct horse battery staple",
        "x" * 40 + "y9" * 20,
        "seven small 7f3a ducks",
    ],
)
def test_any_other_is_taken_whatever_signs_it_has(password: str) -> None:
    CommonCoreValidator().validate(password)


def test_the_list_that_comes_along_adds_to_djangos() -> None:
    assert len(common_passwords()) > 27_000
    assert "portishead" in common_passwords()


def leaked(folder: Path, *passwords: str, end: str = "\n", counted: bool = True) -> Path:
    """A list of stolen passwords, as such lists come."""
    digests = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in passwords)  # noqa: S324
    lines = [f"{digest}:{number + 1}" if counted else digest for number, digest in enumerate(digests)]
    file = folder / "leaked.txt"
    file.write_bytes((end.join(lines) + end).encode())
    return file


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("counted", [True, False], ids=["counted", "plain"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_every_password_of_the_file_is_found_and_no_other(
    tmp_path: Path, end: str, counted: bool, size: int
) -> None:
    known = [f"stolen {number}" for number in range(size)]
    rule = BreachedPasswordValidator(str(leaked(tmp_path, *known, end=end, counted=counted)))
    for password in known:
        with pytest.raises(ValidationError):
            rule.validate(password)
    for number in range(200):
        rule.validate(f"kept {number}")


def test_without_a_file_nothing_is_refused() -> None:
    BreachedPasswordValidator().validate("anything")


@pytest.mark.parametrize("content", [None, b"", b"password\n", b"\x00" * 100])
def test_a_file_that_is_no_such_list_is_told_at_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "list"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match="BREACHED_PASSWORDS_FILE"):
        BreachedPasswordValidator(str(file))


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["Password2026!", "mona.saleh@example", "short", "monasaleh"])
def test_a_new_password_is_neither_common_nor_ones_own_name(
    api: Api, company_id: UUID, password: str
) -> None:
    user = member(company_id, email="mona.saleh@example.com")
    body = {"current_password": PASSWORD, "new_password": password}
    answer = api(sign_in(user).token).post("/password/change", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["new_password"]
    names = {"email": "mona.saleh@example.org", "first_name": "Mona", "last_name": "Saleh"}
    assert api().post("/register", {**names, "password": password}).status_code == 422
