"""A MySQL server of ours: small, fast to start, with GTIDs and a binary log of rows."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers.server import Server
from tests.servers.started import debian
from tests.servers.started.process import LOOPBACK, data_folder, run, serve

PASSWORD = "secret"

OPTIONS = [  # what a test needs of a server, wherever it runs
    "--log-bin=binlog",
    "--binlog-format=ROW",
    "--binlog-row-image=FULL",
    "--binlog-row-metadata=FULL",
    "--sync-binlog=0",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=OFF",
    "--innodb-buffer-pool-size=128M",
    "--max-connections=300",
    "--max-allowed-packet=64M",
    "--local-infile=1",
]
MYSQL_OPTIONS = [
    *OPTIONS,
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--mysqlx=OFF",
]
ROOT_FROM_ANYWHERE = (
    f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{PASSWORD}';\n"
    f"CREATE USER 'root'@'%' IDENTIFIED BY '{PASSWORD}';\n"
    "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;\n"
)


@dataclass(frozen=True, slots=True)
class Programs:
    """How to run a server's program, and the options that tell it where its files are."""

    command: list[str]
    share: Path | None = None  # None: the program knows

    def options(self) -> list[str]:
        options = ["--user=root"] if os.geteuid() == 0 else []
        if self.share:
            options += [
                f"--basedir={self.share.parents[1]}",
                f"--lc-messages-dir={self.share}",
                f"--character-sets-dir={self.share}/charsets",
                f"--plugin-dir={self.share.parents[1]}/lib/mysql/plugin",
            ]
        return [*options, "--secure-file-priv="]


def start() -> Server:
    """Start a new, empty server. Raises `Unavailable`."""
    programs = find()
    folder = data_folder("mysql")
    (folder / "root.sql").write_text(ROOT_FROM_ANYWHERE)
    command = [*programs.command, "--no-defaults", *programs.options()]
    where = [f"--datadir={folder / 'data'}", "--mysqlx=OFF"]
    run(
        [*command, *where, "--initialize-insecure", f"--init-file={folder / 'root.sql'}"],
        log=folder / "log",
    )
    return serve_from("mysql", folder, [*command, *where, *MYSQL_OPTIONS])


def serve_from(family: str, folder: Path, command: list[str]) -> Server:
    """Serve the data in `folder`; shared with MariaDB."""
    return serve(
        lambda port: Server(family, LOOPBACK, port, "root", PASSWORD),
        lambda port: [
            *command,
            f"--port={port}",
            f"--server-id={port}",
            f"--bind-address={LOOPBACK}",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
        ],
        log=folder / "log",
    )


def find() -> Programs:
    """This machine's MySQL 9 or later, or the one that Debian's next release will have."""
    for program in ("mysqld", "/usr/sbin/mysqld"):
        path = shutil.which(program)
        if path and _is_mysql_9(path):
            return Programs([path])
    root = debian.programs("mysql-sid", "sid", "mysql-server-core")
    return Programs([*debian.loader(root), str(root / "usr/sbin/mysqld")], root / "usr/share/mysql")


def _is_mysql_9(path: str) -> bool:
    answer = subprocess.run(
        [path, "--no-defaults", "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.search(r"Ver (\d+)\.", answer)
    return version is not None and "MariaDB" not in answer and int(version[1]) >= 9
