"""A MariaDB server of ours; it differs from MySQL in how its first tables are made."""

import shutil
from pathlib import Path

from tests.servers.server import Server, Unavailable
from tests.servers.started import debian
from tests.servers.started.mysql import OPTIONS, ROOT_FROM_ANYWHERE, Programs, serve_from
from tests.servers.started.process import data_folder, run

_SUITE = "bookworm"  # which has MariaDB 10.11, a long-term release
_FIRST_TABLES = (  # the files that mariadb-install-db feeds to the server, in its order
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "fill_help_tables.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "mysql_sys_schema.sql",
)


def start() -> Server:
    """Start a new, empty server. Raises `Unavailable`."""
    programs = find()
    folder = data_folder("mariadb")
    data = folder / "data"
    data.mkdir()
    command = [
        *programs.command,
        "--no-defaults",
        *programs.options(),
        f"--datadir={data}",
    ]
    run(
        [*command, "--bootstrap", "--skip-networking", "--log-warnings=0"],
        log=folder / "log",
        stdin=_bootstrap(programs.share),
    )
    return serve_from("mariadb", folder, [*command, *OPTIONS])


def find() -> Programs:
    """This machine's MariaDB, or that of a stable Debian release."""
    for program in ("mariadbd", "/usr/sbin/mariadbd"):
        path = shutil.which(program)
        share = Path("/usr/share/mysql")
        if path and (share / _FIRST_TABLES[0]).exists():
            return Programs([path], share)
    root = debian.programs(f"mariadb-{_SUITE}", _SUITE, "mariadb-server-core")
    return Programs(
        [*debian.loader(root), str(root / "usr/sbin/mariadbd")], root / "usr/share/mysql"
    )


def _bootstrap(share: Path | None) -> bytes:
    """What makes the first tables and the superuser; a statement ends with its line."""
    if share is None:
        raise Unavailable("MariaDB without its files")
    parts = [b"create database if not exists mysql;\nuse mysql;\nset @auth_root_socket=NULL;\n"]
    parts += [(share / name).read_bytes() for name in _FIRST_TABLES if (share / name).exists()]
    parts += [b"\nFLUSH PRIVILEGES;\n", ROOT_FROM_ANYWHERE.encode()]
    parts += [b"DROP USER IF EXISTS ''@localhost;\n"]
    return b"".join(parts)
