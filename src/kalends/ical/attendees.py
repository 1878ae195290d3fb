"""ATTENDEE and ORGANIZER (RFC 5545 3.8.4.1, 3.8.4.3) as typed values, and back."""

from __future__ import annotations

from kalends.ical.fields import Attendee, Response, Role
from kalends.ical.lines import Line, make_line, with_parameters

_ROLES: dict[str, Role] = {"OPT-PARTICIPANT": "optional", "NON-PARTICIPANT": "optional"}
_ROLE_NAMES: dict[Role, str] = {"required": "REQ-PARTICIPANT", "optional": "OPT-PARTICIPANT"}
_RESPONSES: dict[str, Response] = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "DELEGATED": "declined",  # whoever it went to has a line of their own
    "TENTATIVE": "tentative",
}


def read_attendee(line: Line) -> Attendee:
    """Read who a line names; what it leaves open is as RFC 5545 defaults it."""
    return Attendee(
        address=line.value.strip(),
        name=line.parameter("CN"),
        role=_ROLES.get((line.parameter("ROLE") or "").upper(), "required"),
        response=_RESPONSES.get((line.parameter("PARTSTAT") or "").upper(), "needs_action"),
        kind=(line.parameter("CUTYPE") or "individual").lower(),
    )


def attendee_line(attendee: Attendee, old: Line | None = None) -> Line:
    """Write an attendee; of the line that it had, every parameter stays that says nothing else."""
    wanted = {
        "CN": attendee.name,
        "CUTYPE": None if attendee.kind == "individual" else attendee.kind.upper(),
        "ROLE": _ROLE_NAMES[attendee.role],
        "PARTSTAT": attendee.response.upper().replace("_", "-"),
    }
    if old is None:
        return make_line("ATTENDEE", attendee.address, wanted)
    now = read_attendee(old)
    said = {
        "CN": now.name == attendee.name,
        "CUTYPE": now.kind == attendee.kind,
        "ROLE": now.role == attendee.role,
        "PARTSTAT": now.response == attendee.response,
    }
    changed = {name: value for name, value in wanted.items() if not said[name]}
    return with_parameters(old, changed) if changed else old
