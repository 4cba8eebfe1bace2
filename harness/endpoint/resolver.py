"""Resolvers: host names to the addresses that are connected to, of which none may be public.

For aiohttp, which connects to what its resolver gives it: judged here, a name that is resolved anew in the middle of a
run cannot lead elsewhere. IP addresses in a URL do not come this way.
"""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from harness.endpoint.addresses import described, first_public


class PublicAddressError(Exception):
    """A name leads to a public address; the message is the end of a sentence.

    No OSError: aiohttp would take it for a name that is unknown.
    """


class PrivateResolver(AbstractResolver):
    """Resolves as aiohttp does without aiodns, and refuses an answer that holds a public address."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host.

        Raises:
            OSError: it is unknown.
            PublicAddressError: one of its addresses is public.
        """
        found = await self._resolver.resolve(host, port, family)
        public = first_public(each["host"] for each in found)
        if public is not None:
            raise PublicAddressError(described(host, public))
        return found

    async def close(self) -> None:
        """Nothing is kept."""
