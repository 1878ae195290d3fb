"""Twilio, the telephone service: calls and SMS."""

from kalends.integrations.twilio.account import Account
from kalends.integrations.twilio.sms import TwilioMessages
from kalends.integrations.twilio.telephone import TwilioTelephone

__all__ = ["Account", "TwilioMessages", "TwilioTelephone"]
