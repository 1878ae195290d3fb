"""What identity refuses, each with its stable code."""

from __future__ import annotations

from kalends.kit.errors import Clash, Forbidden, InvalidInput, NotFound, Unauthenticated


class SignInRefused(Unauthenticated):
    """A wrong username or password: the same words for both, so that nobody learns which names exist."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__("The username or the password is wrong.")


class AccountDisabled(Forbidden):
    """The password was right, but an administrator has disabled the account."""

    code = "account_disabled"


class TokenRefused(Unauthenticated):
    """A token, key or cookie that is unknown, ended or not for this."""

    code = "token_refused"

    def __init__(self, message: str = "This sign-in is not valid or has ended; sign in again.") -> None:
        super().__init__(message)


class TokenExpired(TokenRefused):
    """An access token past its time; a refresh token gives the next one."""

    code = "token_expired"


class CsrfRefused(Forbidden):
    """A request with a cookie that may not come from our own pages."""

    code = "csrf_refused"


class UsernameTaken(Clash):
    """Another account has this username."""

    code = "username_taken"


class AlreadyMember(Clash):
    """The account is a member of this workspace, or the member has an account."""

    code = "already_member"


class LastOwner(Clash):
    """The change would leave the workspace without an owner."""

    code = "last_owner"


class SignUpClosed(Forbidden):
    """Only invited people may sign up here."""

    code = "sign_up_closed"


class WrongPassword(InvalidInput):
    """The present password was not given correctly."""

    code = "wrong_password"


class InvitationRefused(NotFound):
    """An invitation that is unknown, accepted, revoked or expired."""

    code = "invitation_refused"

    def __init__(self) -> None:
        super().__init__("This invitation is not valid any more; ask for a new one.")


class ResetRefused(NotFound):
    """A password reset that is unknown, used or expired."""

    code = "reset_refused"

    def __init__(self) -> None:
        super().__init__("This password reset is not valid any more; ask for a new one.")
