"""Whoever is slow, silent or sends too much keeps nobody else waiting: a ratio, measured beside a quiet server."""

import gzip
import json
import socket
import time

import pytest

from mediation.arrivals import HEAD_LIMIT
from tests.bench.load import Connection
from tests.crashes.hostile import ASKED, ATTACKS, p95, posted
from tests.serving import Server

ROUNDS = 6
"""One that holds is enough: others run on this machine too."""


def _port(server: Server) -> int:
    return int(server.base_url.rpartition(":")[2])


@pytest.mark.parametrize("name", ATTACKS)
def test_the_others_wait_no_more_than_twice_as_long(server: Server, name: str) -> None:
    port, found = _port(server), []
    for _ in range(ROUNDS):
        quiet = p95(port)
        with ATTACKS[name](port):
            found.append((quiet, p95(port)))
        if found[-1][1] <= 2 * quiet:
            return
    pytest.fail(f"p95 in ms, quiet and under {name}: {found}")


def test_a_body_of_10_gb_is_refused_before_it_is_sent(server: Server) -> None:
    port = _port(server)
    begun = time.monotonic()
    status, body = Connection(port).ask(posted(b"", length=10 * 1024**3, port=port))
    assert (status, json.loads(body)["code"]) == (413, "too-large")
    assert time.monotonic() - begun < 4, "before the server's patience with bodies ends"


def test_a_client_that_waits_to_be_asked_for_its_body_is_told_at_once_that_it_is_too_large(server: Server) -> None:
    port = _port(server)
    refused = posted(b"", length=10 * 1024**3, fields="Expect: 100-continue\r\n", port=port)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(refused)
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(server: Server) -> None:
    port = _port(server)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(posted(b"", length=2, fields="Expect: 100-continue\r\n", port=port))
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(65536).startswith(b"HTTP/1.1 422 ")


def test_a_compressed_bomb_is_refused_unopened(server: Server) -> None:
    port = _port(server)
    bomb = gzip.compress(b" " * 200_000_000, 9)
    status, body = Connection(port).ask(posted(bomb, fields="Content-Encoding: gzip\r\n", port=port))
    assert (status, json.loads(body)["code"]) == (400, "malformed")


def test_a_body_that_only_says_it_is_compressed_is_refused_too(server: Server) -> None:
    port = _port(server)
    status, body = Connection(port).ask(posted(b"{}", fields="Content-Encoding: gzip\r\n", port=port))
    assert (status, json.loads(body)["code"]) == (400, "malformed")


def test_a_body_in_chunks_is_read_like_any_other(server: Server) -> None:
    port = _port(server)
    head = posted(b"", fields="Transfer-Encoding: chunked\r\n", port=port).replace(b"Content-Length: 0\r\n", b"")
    connection = Connection(port)
    status, body = connection.ask(head + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
    assert (status, json.loads(body)["code"]) == (422, "bad-input")
    assert connection.ask(ASKED)[0] == 200, "the connection is kept"


def test_chunks_without_end_are_refused(server: Server) -> None:
    port = _port(server)
    head = posted(b"", fields="Transfer-Encoding: chunked\r\n", port=port).replace(b"Content-Length: 0\r\n", b"")
    status, body = Connection(port).ask(head + b"100000\r\n" + (b" " * 0x100000 + b"\r\n100000\r\n") * 5)
    assert (status, json.loads(body)["code"]) in [(413, "too-large"), (400, "malformed")]


def test_a_head_without_end_is_refused(server: Server) -> None:
    status, _ = Connection(_port(server)).ask(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * HEAD_LIMIT)
    assert status == 431


def test_requests_sent_together_are_answered_in_turn(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", _port(server)), timeout=20) as client:
        client.sendall(ASKED * 3 + ASKED[:10])
        answers = b""
        while answers.count(b'"status":"ok"') < 3:
            answers += client.recv(65536)
        client.sendall(ASKED[10:])
        while answers.count(b'"status":"ok"') < 4:
            answers += client.recv(65536)


def test_what_is_no_http_is_refused_and_not_repeated_in_the_log(server: Server) -> None:
    status, _ = Connection(_port(server)).ask(b"canary-77aa\r\n\r\n")
    assert status == 400
    assert "canary" not in server.printed()
