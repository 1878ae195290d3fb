"""Asking addresses that people gave: only public ones, and exactly the one that was checked.

The name is resolved here, every address that it has is checked, and the connection goes to that address: a
name that answers differently a moment later leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kalends.integrations.retry_after import wait_of
from kalends.jobs import Permanent, Transient

# A fifth of a second to import: commands that ask nobody do without.
if TYPE_CHECKING:
    import httpx

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a name; raises `OSError` where it has none now."""

_SECONDS: Final = 10.0
_TRANSLATED: Final = ip_network("64:ff9b::/96")  # RFC 6052: stands for any IPv4 address
_TO_COME: Final = (408, 425, 429)


def resolve(name: str, port: int) -> Sequence[str]:
    """Ask the machine for the addresses of a name."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class NotAllowed(Permanent):
    """The address is not one that may be asked."""


class OutsideAddresses:
    """Sends to addresses that people gave. `allow_private` lets them be in the server's own network, and
    without encryption: for households whose home automation is to hear of things, and for tests."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve = resolve,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._allow_private, self._resolve, self._transport = allow_private, resolve, transport

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx

        # Neither proxies nor credentials of the environment: the connection goes where it was checked.
        return httpx.Client(
            timeout=_SECONDS, follow_redirects=False, trust_env=False, transport=self._transport
        )

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send a POST and give the answer, whatever it says, without its body, which may never end.

        Raises `NotAllowed` for an address that may not be asked, `Transient` where nobody answers.
        """
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            host, port = None, 0
        if not host or parts.scheme not in ("https", "http"):
            raise NotAllowed("That is no web address.")
        if parts.scheme != "https" and not self._allow_private:
            raise NotAllowed("Only addresses that begin with https:// are asked.")
        address = self._checked(host, port)
        shown = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{shown}:{port}", fragment="").geturl()
        request = self._client.build_request(
            "POST",
            target,
            content=content,
            headers={**headers, "Host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": host},
        )
        import httpx

        try:
            answer = self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise Transient(f"{host} cannot be reached: {type(error).__name__}.") from None
        answer.close()
        return answer

    def _checked(self, host: str, port: int) -> str:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise Transient(f"{host} has no address now.")
        for address in addresses:
            if not (self._allow_private or is_public(address)):
                raise NotAllowed(f"{host} is in a private network, which is not asked.")
        return addresses[0]


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to nobody's own network."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner is not None:
            return is_public(str(inner))
        if found in _TRANSLATED:
            return False
    return found.is_global and not found.is_multicast


def must_be_taken(answer: httpx.Response, who: str) -> None:
    """Raise `Transient` for an answer that says to come again, with the seconds after which if it names them,
    and `Permanent` for any other that is no success."""
    if answer.is_success:
        return
    if answer.status_code in _TO_COME or answer.status_code >= 500:
        raise Transient(f"{who} answered {answer.status_code}.", **wait_of(answer.headers))
    raise Permanent(f"{who} answered {answer.status_code}.")
