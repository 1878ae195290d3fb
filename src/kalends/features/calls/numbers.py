"""Telephone numbers: read in whatever form people write them, kept encrypted, shown masked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kalends.kit.crypto import Keyring
from kalends.kit.errors import InvalidInput

_SHOWN = 2  # of the last digits
_LONGEST = 60  # characters that anybody writes a number in


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be called."""

    e164: str

    @property
    def masked(self) -> str:
        """Give as much of it as tells two numbers of one person apart: the country and the last digits."""
        import phonenumbers

        country = phonenumbers.parse(self.e164).country_code
        return f"+{country} ••• ••{self.e164[-_SHOWN:]}"

    @property
    def zone(self) -> str | None:
        """Give the IANA zone where such numbers are, if there is only one."""
        import phonenumbers
        from phonenumbers import timezone

        zones = timezone.time_zones_for_number(phonenumbers.parse(self.e164))
        return zones[0] if len(zones) == 1 and zones[0] != timezone.UNKNOWN_TIMEZONE else None

    def __repr__(self) -> str:
        return f"Phone({self.masked!r})"  # what is logged by mistake tells nobody


def read_phone(text: str, region: str | None, *, field: str = "phone") -> Phone:
    """Read a number; one without a country is of `region` (ISO 3166, two letters). Raises `InvalidInput`."""
    import phonenumbers

    try:
        if len(text) > _LONGEST:
            raise InvalidInput("This is no telephone number.", field=field)
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == error.INVALID_COUNTRY_CODE and not text.strip().startswith("+"):
            raise InvalidInput(
                "This number lacks its country: write it with a plus sign, such as +49 30 1234567.",
                field=field,
            ) from None
        raise InvalidInput("This is no telephone number.", field=field) from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise InvalidInput("Nobody has this telephone number: check its digits.", field=field)
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def known_phone(e164: str | None) -> Phone | None:
    """Give the number that a telephone service speaks of; None where it is none, but a SIP address, say."""
    import phonenumbers

    try:
        phonenumbers.parse(e164 or "")
    except phonenumbers.NumberParseException:
        return None
    return Phone(e164 or "")


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals numbers for the row of a call, and names them without telling them."""

    keyring: Keyring

    def seal(self, phone: Phone, call_id: UUID) -> str:
        """Encrypt a number for one call."""
        return self.keyring.encrypt(phone.e164, context=f"call.phone:{call_id}")

    def open(self, sealed: str, call_id: UUID) -> str:
        """Give the number of a call, in E.164."""
        return self.keyring.decrypt(sealed, context=f"call.phone:{call_id}")

    def hash(self, e164: str) -> str:
        """Give what look-ups go by."""
        return self.keyring.mac(e164, purpose="phone")

    def seal_text(self, text: str, context: str) -> str:
        """Encrypt what holds numbers until it is done."""
        return self.keyring.encrypt(text, context=context)

    def open_text(self, sealed: str, context: str) -> str:
        """Give what `seal_text` was given."""
        return self.keyring.decrypt(sealed, context=context)
