"""Mail, handed to an SMTP server."""

from kalends.integrations.mail.carrier import Mail, MailSettings

__all__ = ["Mail", "MailSettings"]
