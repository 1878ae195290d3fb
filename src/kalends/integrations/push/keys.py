"""The key by which push services know this server (RFC 8292): the same for as long as its master key is."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kalends.kit.crypto import Keyring

# SEC 2, 2.4.2: the order of P-256.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def vapid_key(keyring: Keyring) -> ec.EllipticCurvePrivateKey:
    """Derive the private key from the master key."""
    # Of 512 bits: what is left of the remainder's bias cannot be noticed.
    drawn = int.from_bytes(keyring.subkey("push/vapid/1") + keyring.subkey("push/vapid/2"), "big")
    return ec.derive_private_key(drawn % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Give what a browser subscribes with, in URL-safe base64."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")
