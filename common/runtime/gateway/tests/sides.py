"""Small applications behind the gateway that say what they were asked, and fail when told to."""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from common.runtime.layout import SERVICES


class Application:
    """One server on a free port.

    ``failing`` has it answer 500, ``broken`` is how often it closes without an answer, ``delay`` is in seconds,
    and while ``open`` is not set it does not answer at all.
    """

    def __init__(self, name: str, tls: ssl.SSLContext | None = None) -> None:
        self.name = name
        self._tls = tls
        self.failing = False
        self.delay = 0.0
        self.broken = 0
        self.open = threading.Event()
        self.open.set()
        self.asked: list[str] = []
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens, after :meth:`stop` on the port from before."""
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        if self._tls:
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def mend(self) -> None:
        """Is well again, and has never been asked."""
        self.failing, self.broken, self.delay = False, 0, 0.0
        self.open.set()
        self.asked.clear()

    def stop(self) -> None:
        """Refuses connections from now on."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Applications(dict[str, Application]):
    """The old application and the six services."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__({name: Application(name, tls) for name in ("legacy", *SERVICES)})

    def environment(self, port: int) -> dict[str, str]:
        """What tells a gateway where they are."""
        told = {f"{name.upper()}_URL": f"http://{each.address}" for name, each in self.items()}
        return {**told, "GATEWAY_PORT": str(port)}

    def stop(self) -> None:
        """Ends all of them."""
        for each in self.values():
            each.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """HAProxy closes a health check's connection as soon as it knows the status."""


def _handler(application: Application) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet an answer.
        wbufsize = 65536

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/health":
                self._answer(200, {})
                return
            application.asked.append(f"{self.command} {self.path}")
            time.sleep(application.delay)
            application.open.wait()
            if application.broken:
                application.broken -= 1
                self.close_connection = True
                return
            said = {"name": application.name, "path": self.path, "headers": dict(self.headers)}
            self._answer(500 if application.failing else 200, {**said, "body": body.decode()})

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names are the server's

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """Keeps quiet."""

    return Handler
