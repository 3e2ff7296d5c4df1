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
    """They hold one row each and do what they are asked, except those that are ``down``.

    ``files`` are the document service's, by the id of the version: bytes, or the status and code of a refusal.
    """

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.files: dict[str, bytes | tuple[int, str]] = {}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def answer(self, service: str, what: str, body: dict[str, Any]) -> Any:
        """What the service answers."""
        self.asked.append((service, what, body))
        if what == "holdings":
            row = {"about": body["employee_id"], "note": f"held by {service}"}
            events = {"holding": "events", "title": "Events", "labels": {"note": "Note"}, "rows": [row]}
            return [events, *([self.named()] if service == "document" and self.files else [])]
        line = {"holding": "events", "fate": "masked", "rows": 2, "because": "", "until": None}
        return {"lines": [line], "account": service == "auth"}

    def named(self) -> dict[str, Any]:
        """What the document service's share says of its files."""
        rows = [
            {"id": version_id, "filename": f"../{version_id[:4]} نص.txt", "file_size": len(held)}
            for version_id, held in self.files.items()
        ]
        return {"holding": "files", "title": "Files", "labels": {}, "rows": rows}

    def file(self, version_id: str) -> tuple[int, bytes]:
        """Status and content of the document service's answer about one file."""
        held = self.files[version_id]
        if isinstance(held, bytes):
            return 200, held
        return held[0], msgspec.json.encode({"success": False, "error": {"code": held[1], "message": "No."}})


class _Handler(BaseHTTPRequestHandler):
    others: Others

    def do_POST(self) -> None:
        _empty, service, _internal, _privacy, what = self.path.split("/")
        body = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
        if service in self.others.down or not self.headers["Authorization"].startswith("Bearer "):
            self._send(503, b"")
        elif what == "files":
            self._send(*self.others.file(body["version_id"]))
        else:
            self._send(200, msgspec.json.encode(self.others.answer(service, what, body)))

    def do_GET(self) -> None:
        down = self.path.split("/")[1] in self.others.down
        self._send(503 if down else 200, b"{}")

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
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
