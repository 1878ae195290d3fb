"""How the fake refuses."""


class Wrong(Exception):
    """A request that Twilio refuses: HTTP's status, Twilio's code and its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code
