"""A Twilio for tests and demos, on this machine: its REST interface, its callbacks, its failures."""

from kalends.integrations.twilio.fake.fates import Ending, Failure, Fate, Post
from kalends.integrations.twilio.fake.twilio import FakeTwilio

__all__ = ["Ending", "Failure", "FakeTwilio", "Fate", "Post"]
