"""Addresses: loopback, private and public ones, and that --local-only leads to no public one."""

import socket

import pytest
from asking import CHAT, failure_of, reply_to
from loopback import Loopback, chat

from harness.endpoint.addresses import first_public, is_loopback, is_private, why_not_private
from harness.endpoint.reply import FailureKind

PUBLIC = "8.8.8.8"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.8.9.1/v1", True),
        ("http://localhost/v1", True),
        ("http://LOCALHOST:1/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://127.0.0.1.example.com/v1", False),
        ("http://localhost.example.com/v1", False),
        ("http://10.0.0.1/v1", False),
        ("https://api.openai.com/v1", False),
    ],
)
def test_loopback_is_this_machine_alone(url, expected):
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "::1",
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fd12:3456::1", "fc00::1",
        "169.254.10.1", "fe80::1", "fe80::1%eth0",
        "100.64.0.1", "100.127.255.255",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1",
    ],
)  # fmt: skip
def test_private_addresses(address):
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "100.63.255.255", "100.128.0.0", "169.253.1.1", "126.255.255.255", "128.0.0.1",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1", "240.0.0.1",
        "2001:4860:4860::8888", "::", "ff02::1", "2001:db8::1", "fec0::1", "fe00::1",
        "::ffff:8.8.8.8", "::8.8.8.8", "::10.0.0.1",
        "64:ff9b::808:808", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1",
        "2002:0a00:0001::1", "2001:0:a00:1::",
    ],
)  # fmt: skip
def test_everything_else_is_public(address):
    assert not is_private(address)


def test_one_public_address_among_private_ones_is_found():
    assert first_public(["10.0.0.1", "::1", PUBLIC]) == PUBLIC
    assert first_public(["10.0.0.1", "::1"]) is None


@pytest.fixture
def names(monkeypatch):
    """A host's addresses, answer after answer, the last one again and again; other hosts are as they are."""
    held = {}
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **more):
        answers = held.get(host)
        if answers is None:
            return real(host, port, *args, **more)
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [each for address in addresses for each in real(address, port, *args, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return held


@pytest.mark.parametrize(
    ("addresses", "why"),
    [
        (["127.0.0.1"], None),
        (["10.1.2.3", "192.168.1.1"], None),
        ([PUBLIC], "models.test has the address 8.8.8.8, which is not private"),
        (["127.0.0.1", PUBLIC], "models.test has the address 8.8.8.8, which is not private"),
    ],
    ids=["loopback", "private", "public", "mixed"],
)
def test_a_name_is_judged_by_all_its_addresses(names, addresses, why):
    names["models.test"] = [addresses]
    assert why_not_private("http://models.test:8000/v1") == why


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".test"])
def test_a_name_that_cannot_be_resolved_is_not_private(host):
    assert why_not_private(f"http://{host}/v1") == f"{host} cannot be resolved"


@pytest.mark.parametrize(
    "url", [f"http://{PUBLIC}/v1", "http://[2001:4860::1]/v1", "http://[::ffff:8.8.8.8]/v1"]
)
def test_a_public_address_in_the_url_is_not_connected_to(url):
    with Loopback(chat("4")) as server:
        failure = failure_of(CHAT, server, FailureKind.WRONG_URL, base_url=url, local_only=True)
    assert "is no private address" in failure.message


@pytest.mark.parametrize("addresses", [[PUBLIC], ["127.0.0.1", PUBLIC]], ids=["public", "mixed"])
def test_a_name_is_judged_where_the_connection_is_made(names, addresses):
    names["models.test"] = [["127.0.0.1"], addresses]
    with Loopback(chat("4")) as server:
        url = f"http://models.test:{server.port}/v1"
        assert why_not_private(url) is None
        failure = failure_of(CHAT, server, FailureKind.WRONG_URL, base_url=url, local_only=True)
    assert "models.test has the address 8.8.8.8, which is not private" in failure.message
    assert failure.attempts == 1
    assert server.connections == 0


def test_private_endpoints_are_asked_through_no_proxy(names, monkeypatch):
    names["models.test"] = [["127.0.0.1"]]
    with Loopback(chat("4")) as server, Loopback(chat("from the proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.root)
        monkeypatch.delenv("no_proxy", raising=False)
        url = f"http://models.test:{server.port}/v1"
        assert reply_to(CHAT, server, base_url=url, local_only=True).text == "4"
        assert reply_to(CHAT, server, base_url=url).text == "from the proxy"
    assert len(proxy.requests) == 1
