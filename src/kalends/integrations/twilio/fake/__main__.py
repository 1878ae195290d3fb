"""A fake Twilio as a process of its own: `python -m kalends.integrations.twilio.fake --port N`."""

import argparse
import signal
import sys
from threading import Event

from kalends.integrations.twilio.fake import FakeTwilio, Fate


def main() -> None:
    """Answer on loopback, in real time, until a signal (TERM, INT); the first line says where."""
    parser = argparse.ArgumentParser(description="A fake Twilio on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any that is free")
    parser.add_argument("--sid", default=FakeTwilio.SID)
    parser.add_argument("--token", default=FakeTwilio.TOKEN)
    parser.add_argument("--rings", type=float, default=Fate().rings, help="seconds until a call is answered")
    parser.add_argument("--lasts", type=float, default=Fate().lasts, help="seconds that it is spoken")
    given = parser.parse_args()
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with FakeTwilio(sid=given.sid, token=given.token) as fake:
        fake.fates.otherwise = Fate(rings=given.rings, lasts=given.lasts)
        fake.start(given.port, alive=True)
        sys.stdout.write(f"{fake.url}\n")
        sys.stdout.flush()
        told.wait()


if __name__ == "__main__":
    main()
