"""Writes what HAProxy reads: its configuration from a template, the routes, and the share at first."""

from pathlib import Path
from string import Template
from typing import Final

from common.conf.web import headers_of_data
from common.legacy.ids import NAMESPACE
from common.runtime.files import write_private
from common.runtime.gateway.admin_socket import SHARE_MAP, SOCKET
from common.runtime.gateway.companies import WHOLE
from common.runtime.gateway.options import Options, is_address
from common.runtime.gateway.routes import route_map
from common.runtime.layout import SERVICES

CONFIGURATION: Final = "haproxy.cfg"
LEGACY: Final = "legacy"
LATENCY_TABLE: Final = "latency"
# Milliseconds; a counter for each step and one for what takes longer than the last.
LATENCY_STEPS: Final = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
_TEMPLATE: Final = Path(__file__).with_name("haproxy.cfg.template")
_AUTHORITIES: Final = "services-ca.crt"
_ROUTES: Final = "routes.map"
_ISSUER: Final = "hrms-auth"
_VERSION: Final = "1"
# What HAProxy itself answers with, in the envelope of the API. To what it cannot even read as a request (400, 408,
# 501) it has an answer of its own that cannot be replaced, and that says nothing.
_ERRORS: Final = {
    400: ("MALFORMED_REQUEST", "The request could not be understood."),
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "This method is not allowed here."),
    408: ("REQUEST_TIMEOUT", "The request did not arrive in time."),
    500: ("INTERNAL_ERROR", "Something went wrong."),
    501: ("NOT_IMPLEMENTED", "The request asks for something that is not done here."),
    502: ("BAD_GATEWAY", "The application did not answer as it should."),
    503: ("SERVICE_UNAVAILABLE", "The application does not answer at the moment."),
    504: ("GATEWAY_TIMEOUT", "The application did not answer in time."),
}
# Asked often, and held for down only after 7 seconds without an answer: a web process that starts anew takes
# less. The walk does not wait for that; it looks at the failed checks.
_CHECK: Final = "check inter 2s fastinter 500ms downinter 1s fall 12 rise 2"


class _Blanks(Template):
    # HAProxy's language has dollar signs of its own.
    delimiter = "@"


def new_backend(service: str) -> str:
    """The name of a service's backend."""
    return f"new_{service}"


def write_configuration(folder: Path, options: Options, account: tuple[int, int] | None) -> None:
    """Write haproxy.cfg and its maps into ``folder``; a share that is there stays.

    Args:
        folder: The gateway's folder, which HAProxy must be started in.
        options: Where it listens and what is behind it.
        account: User and group HAProxy hands itself over to once it listens, or None to stay as it is.
    """
    write_private(folder / _ROUTES, route_map())
    if not (folder / SHARE_MAP).exists():
        write_private(folder / SHARE_MAP, "new 0\n")
    if options.authorities is not None:
        # A copy, because HAProxy may run where only this folder is.
        write_private(folder / _AUTHORITIES, Path(options.authorities).read_text(encoding="ascii"))
    write_private(folder / CONFIGURATION, render(options, account))


def render(options: Options, account: tuple[int, int] | None = None) -> str:
    """The text of haproxy.cfg."""
    own = headers_of_data(tls=bool(options.certificate))
    headers = "".join(f' hdr {name} "{value}"' for name, value in own.items())
    sides = " ".join(f"{{ nbsrv({new_backend(service)}) gt 0 }}" for service in SERVICES)
    return _Blanks(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        socket=SOCKET,
        account=f"    uid {account[0]}\n    gid {account[1]}\n" if account else "",
        errors="".join(_error(status, *words, headers) for status, words in _ERRORS.items()),
        headers=headers,
        address=options.address,
        port=options.port,
        certificate=f" ssl crt {options.certificate}" if options.certificate else "",
        scheme="https" if options.certificate else "http",
        secure="; Secure" if options.certificate else "",
        version=_VERSION,
        healthy=f"{{ nbsrv({LEGACY}) gt 0 }} || {{ path /health }} {sides}" if options.legacy else sides,
        issuer=_ISSUER,
        namespace=NAMESPACE.hex,
        whole=WHOLE,
        last_place=WHOLE - 1,
        # Without an old application there is only one side to be on.
        share=f"str(new),map_str_int({SHARE_MAP},0)" if options.legacy else f"int({WHOLE})",
        latency=_latency_rules(),
        steps=len(LATENCY_STEPS) + 1,
        backends=_backends(options),
    )


def _error(status: int, code: str, sentence: str, headers: str) -> str:
    return (
        f"    http-error status {status} content-type application/json{headers} lf-string "
        f'\'{{"success":false,"error":{{"code":"{code}","message":"{sentence}","details":{{}}}},'
        '"timestamp":"%[date(),utime(%Y-%m-%dT%H:%M:%SZ)]"}\'\n'
    )


def _latency_rules() -> str:
    lines = []
    above = ""
    for number, step in enumerate(LATENCY_STEPS):
        lines.append(
            f"    http-response sc-inc-gpc({number},0) if {above}{{ var(txn.took) -m int le {step} }}\n"
        )
        above = f"{{ var(txn.took) -m int gt {step} }} "
    lines.append(f"    http-response sc-inc-gpc({len(LATENCY_STEPS)},0) if {above.strip()}\n")
    return "".join(lines)


def _backends(options: Options) -> str:
    tls = options.authorities is not None
    new = [_backend(new_backend(name), options.services[name], "/health", tls=tls) for name in SERVICES]
    if options.legacy is None:
        return "".join([*new, f"\nbackend {LEGACY}\n    http-request deny status 404 default-errorfiles\n"])
    return "".join([*new, _backend(LEGACY, options.legacy, options.health)])


def _backend(name: str, server: str, health: str, *, tls: bool = False) -> str:
    host = server.rpartition(":")[0]
    lookup = "" if is_address(host) else " resolvers system init-addr last,libc,none"
    known = (
        f" ssl ssl-min-ver TLSv1.3 verify required ca-file {_AUTHORITIES} verifyhost {host}" if tls else ""
    )
    return (
        f"\nbackend {name}\n"
        "    http-request disable-l7-retry unless METH_GET\n"
        "    option httpchk\n"
        f"    http-check send meth GET uri {health} ver HTTP/1.1 hdr Host {host}\n"
        "    http-check expect status 200-399\n"
        f"    server app {server} {_CHECK}{known}{lookup}\n"
    )
