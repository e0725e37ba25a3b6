"""`python -m tests.servers` starts every server and prints its DSN until ctrl-c.

`python -m tests.servers fetch` only makes sure that the programs are there.
"""

import contextlib
import os
import signal
import sys

from tests import servers
from tests.servers.started import mariadb, mysql, postgresql


def fetch() -> None:
    for family in (mysql, mariadb, postgresql):
        name = family.__name__.rpartition(".")[2]
        if f"SYNCPROOF_TEST_{name.upper()}" in os.environ:
            continue
        try:
            family.find()
            print(f"{name}: ready to start")
        except servers.Unavailable as reason:
            print(f"{name}: {reason}")


def show() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for start in (
        servers.mysql,
        servers.mysql_second,
        servers.mariadb,
        servers.mariadb_second,
        servers.postgresql,
        servers.postgresql_second,
    ):
        try:
            print(f"{start.__name__:18} {start().dsn()}", flush=True)
        except servers.Unavailable as reason:
            print(f"{start.__name__:18} {reason}", flush=True)
    print("ctrl-c stops them", flush=True)
    signal.pause()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        fetch() if sys.argv[1:] == ["fetch"] else show()
