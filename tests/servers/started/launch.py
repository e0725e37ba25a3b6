"""The last step before a server's program: run as whom, and die with whom.

Run as a script of its own, `launch.py USER PROGRAM ARGUMENT…`, because between fork and exec of a
process with threads no Python may run. USER is empty to stay who we are. On Linux the program
gets SIGTERM when the process that started it dies, however it dies.
"""

import ctypes
import os
import pwd
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def become(user: str) -> None:
    """Give up root for good."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main() -> None:
    user, *command = sys.argv[1:]
    if user:
        become(user)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGTERM))
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
