"""Proxies: the one that the environment names for a URL, as other programs read it.

Takes a URL, gives that of its proxy. Knows what HTTP_PROXY, HTTPS_PROXY and NO_PROXY mean, by urllib; sends nothing.
"""

from ipaddress import ip_address
from urllib.request import getproxies, proxy_bypass

from yarl import URL


def proxy_for(url: URL) -> URL | None:
    """The proxy for a host; None where none is named, and always for loopback.

    Raises:
        ValueError: what is named is no URL of an HTTP proxy.
    """
    host = url.host or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    named = getproxies().get(url.scheme)
    if not named:
        return None
    proxy = URL(named if "://" in named else f"http://{named}")
    if proxy.scheme not in ("http", "https") or not proxy.host:
        raise ValueError("neither http nor https, or without a host")
    return proxy


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
