"""A telephone that shows codes, and how it is switched on and used."""

import time
from collections.abc import Callable
from typing import Any

import pyotp

from auth_service.users.models import User
from auth_service.users.services.second_factor import STEP_SECONDS
from auth_service.users.tests.factories import PASSWORD, sign_in

Api = Callable[..., Any]


class Device:
    """An authenticator: the code of now, or of some steps away."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        return self._totp.generate_otp(int(time.time()) // STEP_SECONDS + steps)

    def wrong(self) -> str:
        right = {self.code(steps) for steps in (-2, -1, 0, 1, 2)}
        return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in right)


def begin(api: Api, token: str) -> Any:
    return api(token).post("/second-factor", {"password": PASSWORD})


def switch_on(api: Api, user: User) -> tuple[Device, list[str], str]:
    """The device, the recovery codes, and the token of the session that stays."""
    token = sign_in(user).token
    device = Device(begin(api, token).json()["secret"])
    confirmed = api(token).post("/second-factor/confirm", {"code": device.code(-1)})
    assert confirmed.status_code == 200, confirmed.content
    return device, confirmed.json()["recovery_codes"], token


def login(api: Api, user: User, code: str | None = None, password: str = PASSWORD) -> Any:
    body = {"email": user.email, "password": password}
    return api().post("/login", body if code is None else {**body, "code": code})


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]
