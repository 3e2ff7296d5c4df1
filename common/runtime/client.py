"""A client of the system's HTTP API, for demo, soak and benchmarks: small, because it is measured too."""

import http.client
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

# A token lives fifteen minutes.
_RENEW_AFTER: Final = 600.0


class UnansweredError(Exception):
    """No answer came: whether the request did anything is not known."""


@dataclass(frozen=True)
class Answer:
    """An answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def error_code(self) -> str:
        """The code of the contract's error envelope; empty for a success."""
        return str(self.body.get("error", {}).get("code", ""))


class Client:
    """Keeps one connection a service; not to be shared between threads.

    Args:
        urls: The services' base addresses by name.
        sign_in: Whose token to send; none when left out.
        timeout: Seconds to wait for an answer.
    """

    def __init__(
        self, urls: Mapping[str, str], sign_in: "SignIn | None" = None, timeout: float = 30.0
    ) -> None:
        self._hosts = {name: urlsplit(url).netloc for name, url in urls.items()}
        self._sign_in = sign_in
        self._timeout = timeout
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends one request and returns its answer, whatever its status.

        Raises:
            UnansweredError: The connection failed or broke, or no answer came in time.
        """
        sent = {"Accept": "application/json", **(headers or {})}
        if self._sign_in:
            sent["Authorization"] = f"Bearer {self._sign_in.token()}"
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        connection = self._connections.get(service)
        if connection is None:
            connection = http.client.HTTPConnection(self._hosts[service], timeout=self._timeout)
            self._connections[service] = connection
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UnansweredError(f"{method} {path}: {type(error).__name__}: {error}") from error
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, json.loads(text) if text else {})

    def close(self) -> None:
        """Closes the connections; the next call opens them again."""
        for connection in self._connections.values():
            connection.close()


@dataclass
class SignIn:
    """A person's sign-in at the auth service, shared by threads and renewed before the token expires."""

    urls: Mapping[str, str]
    email: str
    password: str
    _token: str = ""
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self) -> str:
        """A valid access token.

        Raises:
            UnansweredError: The auth service does not answer, or refuses.
        """
        with self._lock:
            if not self._token or time.monotonic() - self._since > _RENEW_AFTER:
                client = Client(self.urls)
                credentials = {"email": self.email, "password": self.password}
                answer = client.call("auth", "POST", "/login", credentials)
                client.close()
                if answer.status != http.HTTPStatus.OK:
                    raise UnansweredError(f"POST /login: {answer.status} {answer.error_code}")
                self._token, self._since = str(answer.body["token"]), time.monotonic()
            return self._token
