"""API4, unrestricted resource consumption: too much, too deep, too long, too slow."""

import gzip
import io
import socket
import zipfile
from collections.abc import Mapping
from time import perf_counter
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from common.runtime.layout import PROCESSES, SERVICES
from tests.attack.ledger import Ledger
from tests.attack.openapi import JSON, LONG, PAPER, operations
from tests.attack.town import Town

SLOWEST = 20.0
"""Seconds in which anything hostile has its answer, on a busy machine."""
SLOW_CLIENTS = 200 if LONG else 50
DEEP = 100_000
BODIES: Mapping[str, bytes] = {
    "20 MB": b'{"name": "%s"}' % (b"x" * 20_000_000),
    "a million names": b"{%s}" % b",".join(b'"k%d":1' % n for n in range(100_000)),
    "deep lists": b'{"name": %s%s}' % (b"[" * DEEP, b"]" * DEEP),
    "deep objects": b'{"name": %s1%s}' % (b'{"a":' * DEEP, b"}" * DEEP),
    "a number beyond all": b'{"name": 1e400}',
    "a number of 100,000 digits": b'{"name": %s}' % (b"9" * 100_000),
    "no number": b'{"name": NaN}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a NUL": b'{"name": "a\\u0000"}',
    "a name twice": b'{"name": "a", "name": "b"}',
    "another coding": '{"name": "a"}'.encode("utf-16"),
    "not JSON": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "a list": b"[[[]]]",
    "nothing": b"",
    "packed": gzip.compress(b'{"name": "%s"}' % (b"x" * 50_000_000)),
}
ENDS_THE_SESSION = {"auth POST /logout"}
LENGTHS = ("1000000", "-1", "0", "1e9", "NaN", "9" * 30, "10 OR 1=1")


def test_no_body_brings_a_service_down(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API4 resources: bodies") as attack, town.untouched(attack):
        for operation in operations(town.house):
            if JSON not in operation.facts.get("requestBody", {}).get("content", {}):
                continue
            # An empty body is a good one where one signs oneself out.
            person = town.others.registered() if operation.key in ENDS_THE_SESSION else town.stranger
            for name, body in BODIES.items():
                coding = {"Content-Encoding": "gzip"} if name == "packed" else {}
                began = perf_counter()
                answer = town.send(
                    person.token, operation, content=body, headers={"Content-Type": JSON, **coding}
                )
                took = perf_counter() - began
                empty = name == "nothing" and answer.status_code < 500
                attack.holds(answer.is_client_error or empty, f"{operation}, {name}: {answer.status_code}")
                attack.holds(took < SLOWEST, f"{operation}, {name}: {took:.1f} s")
        attack.holds(fallen(town) == {}, f"processes fell: {fallen(town)}")


def fallen(town: Town) -> dict[str, int]:
    """Processes that were started anew."""
    processes = [town.house.stack.process(service, process) for service in SERVICES for process in PROCESSES]
    return {each.name: each.restart_count for each in processes if each.restart_count}


def test_no_list_is_longer_than_it_may_be(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API4 resources: lengths") as attack:
        for operation in operations(town.house):
            for name in {"limit", "page", "days"} & set(operation.query_names):
                for value in LENGTHS:
                    answer = town.send(town.administrator.token, operation, params={name: value})
                    # A page beyond the last is an empty one.
                    held = answer.status_code == 422 or (name != "limit" and answer.is_success)
                    attack.holds(held, f"{operation}?{name}={value}: {answer.status_code}")


def test_clients_that_say_nothing_keep_nobody_waiting(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API4 resources: slow clients") as attack:
        for service in SERVICES if LONG else ("employee",):
            address = urlsplit(town.house.stack.url(service))
            slow = []
            try:
                for _number in range(SLOW_CLIENTS):
                    client = socket.create_connection((address.hostname or "", address.port or 0), timeout=10)
                    client.sendall(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n")
                    slow.append(client)
                answer = httpx.get(f"{town.house.stack.url(service)}/health", timeout=SLOWEST)
                attack.holds(
                    answer.is_success, f"{service}: {answer.status_code} beside {SLOW_CLIENTS} of them"
                )
            finally:
                for client in slow:
                    client.close()


def test_requests_that_two_readers_would_read_differently_are_refused(town: Town, ledger: Ledger) -> None:
    hidden = b"GET /users HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    heads = {
        "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
        "length and pieces": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "pieces twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "pieces misspelled": b"Transfer-Encoding : chunked\r\n",
        "a length with a sign": b"Content-Length: +5\r\n",
    }
    with ledger.attack("API4 resources: smuggled requests") as attack:
        for service in SERVICES:
            address = urlsplit(town.house.stack.url(service))
            for name, head in heads.items():
                with socket.create_connection(
                    (address.hostname or "", address.port or 0), timeout=10
                ) as client:
                    line = b"POST /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                    client.sendall(line + head + b"\r\n0\r\n\r\n" + hidden)
                    said = received(client)
                attack.holds(said.count(b"HTTP/1.1 ") <= 1, f"{service}, {name}: {said[:200]!r}")
                attack.holds(b" 200 " not in said, f"{service}, {name}: {said[:200]!r}")


def received(client: socket.socket) -> bytes:
    """Everything until the server ends the connection, or says nothing more."""
    said = b""
    try:
        while piece := client.recv(65_536):
            said += piece
    except OSError:
        pass
    return said


def archive(entries: Mapping[str, bytes]) -> bytes:
    """A packed file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return packed.getvalue()


HTML = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Types>&b;</Types>'
SHOWN = {"text/plain", "application/pdf", "image/png", "image/jpeg"}
"""What a browser shows without running anything in it, as long as it does not guess."""
UPLOADS: Mapping[str, bytes] = {
    "page.html": HTML,
    "page.pdf": HTML,
    "drawing.svg": SVG,
    "drawing.png": SVG,
    "program.pdf.exe": b"MZ" + b"\0" * 100,
    "program.pdf": b"MZ" + b"\0" * 100,
    "script.sh": b"#!/bin/sh\nid\n",
    "script.py": b"import os",
    "letter.docm": archive({"[Content_Types].xml": b"<Types/>", "word/vbaProject.bin": b"x"}),
    "entity.docx": archive({"[Content_Types].xml": XXE, "word/document.xml": XXE}),
    "bomb.docx": archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"\0" * 300_000_000}),
    "climbing.zip": archive({"../../../etc/cron.d/x": b"* * * * * root id"}),
    "huge.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\x06\0\0\0",
    "empty.pdf": b"",
    ".htaccess": b"AddType text/html .pdf",
}


def test_what_is_uploaded_does_not_run(town: Town, ledger: Ledger) -> None:
    """Refused, or given back as a file to be kept and never as a page of ours."""
    with ledger.attack("API4 resources: uploads") as attack:
        for name, content in UPLOADS.items():
            answer = town.stranger.ask(
                "POST",
                "document",
                "/documents",
                data={"title": "x"},
                files={"file": (name, content, "text/html")},
            )
            attack.holds(
                answer.status_code in {201, 413, 415, 422},
                f"{name}: {answer.status_code} {answer.text[:200]}",
            )
            if not answer.is_success:
                continue
            attack.holds(not name.endswith((".html", ".exe", ".sh")), f"{name} is kept under that name")
            served = town.stranger.ask(
                "GET", "document", f"/documents/{answer.json()['document']['id']}/download"
            )
            if served.is_client_error:
                continue
            kind = served.headers.get("content-type", "")
            is_kept = served.headers.get("content-disposition", "").startswith("attachment")
            attack.holds(is_kept or kind.partition(";")[0] in SHOWN, f"{name} is shown as {kind}")
            attack.holds(served.headers.get("x-content-type-options") == "nosniff", f"{name} is guessed at")
            attack.holds("html" not in kind and "script" not in kind, f"{name} is served as {kind}")


def test_a_signed_link_is_good_for_its_own_file_only(town: Town, ledger: Ledger) -> None:
    document = town.ids["document_id"]
    answer = town.manager.ask("POST", "document", f"/documents/{document}/link", json={})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    url = answer.json().get("url") or answer.json()["link"]["url"]
    own = url.rpartition("/")[2]
    base = f"{town.house.stack.url('document')}/files/"
    with ledger.attack("API1 objects: signed links") as attack:
        attack.holds(
            town.client.get(f"{base}{own}").content.startswith(PAPER[:8]), "the link itself leads nowhere"
        )
        for name, token in {
            "cut": own[:-2],
            "longer": f"{own}x",
            "upper": own.upper(),
            "reversed": own[::-1],
            "climbing": f"../documents/{document}/download",
            "another": str(uuid4()),
            "another document": own.replace(document, town.other_ids["document_id"]) + "a",
        }.items():
            found = town.client.get(f"{base}{token}")
            attack.holds(found.status_code in {400, 401, 403, 404, 422}, f"{name}: {found.status_code}")
        made = town.stranger.ask("POST", "document", f"/documents/{document}/link", json={})
        attack.holds(made.status_code in {403, 404}, f"a stranger makes a link: {made.status_code}")
