"""The five other services as a request about personal data meets them: real HTTP, real service tokens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

OTHERS = ("auth", "company", "document", "notification", "analytics")


class Others:
    """They hold one row each and do what they are asked, except those that are ``down``."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def answer(self, service: str, what: str, body: dict[str, Any]) -> Any:
        """What the service answers."""
        self.asked.append((service, what, body))
        if what == "holdings":
            row = {"about": body["employee_id"], "note": f"held by {service}"}
            return [{"holding": "events", "title": "Events", "labels": {"note": "Note"}, "rows": [row]}]
        line = {"holding": "events", "fate": "masked", "rows": 2, "because": "", "until": None}
        return {"lines": [line], "account": service == "auth"}


class _Handler(BaseHTTPRequestHandler):
    others: Others

    def do_POST(self) -> None:
        _empty, service, _internal, _privacy, what = self.path.split("/")
        body = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
        down = service in self.others.down or not self.headers["Authorization"].startswith("Bearer ")
        content = b"" if down else msgspec.json.encode(self.others.answer(service, what, body))
        self.send_response(503 if down else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def others_answering(settings: Any) -> Iterator[Others]:
    """The other services on a port of their own, which the settings name while the block runs."""
    others = Others()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"others": others}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, **{name: f"{base}/{name}" for name in OTHERS}}
    try:
        yield others
    finally:
        server.shutdown()
        server.server_close()


LONG_AGO = date(2015, 1, 31)
