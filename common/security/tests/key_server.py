"""An HTTP server of a test's own, in place of the auth service."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server:
    """Answers every request with what ``answer`` returns for it, and counts them."""

    def __init__(self) -> None:
        self.answer: Callable[[str, bytes], tuple[int, dict[str, str], Any]] = lambda _path, _body: (
            404,
            {},
            {},
        )
        self.requests: list[tuple[str, bytes]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                server.requests.append((self.path, body))
                status, headers, content = server.answer(self.path, body)
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815 - the base class's name

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve while the block runs; afterwards nobody listens at ``url``."""
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
