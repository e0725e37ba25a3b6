"""`syncproof compare` as a process: exit codes, what it prints, what it refuses."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.servers import Server
from tests.servers.databases import execute

SYNCPROOF = str(Path(sys.executable).parent / "syncproof")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One run, its standard output a pipe."""
    return subprocess.run(
        [SYNCPROOF, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


@pytest.fixture
def pair(
    mysql: Server, mysql_second: Server, fresh_database: Callable[[Server], str]
) -> Iterator[tuple[str, str]]:
    """DSNs of two databases: `same` is equal in them, `other` differs in three rows."""
    name = fresh_database(mysql)
    servers.create_database(mysql_second, name)
    for server in (mysql, mysql_second):
        execute(
            server,
            f"CREATE TABLE {name}.same (id int PRIMARY KEY, v varchar(20))",
            f"CREATE TABLE {name}.other (id int PRIMARY KEY, v varchar(20), n int)",
            f"INSERT INTO {name}.same VALUES (1, 'a'), (2, NULL)",
            f"INSERT INTO {name}.other VALUES (1, 'a', 1), (2, 'b', 2), (3, '', 3), (4, 'd', 4)",
        )
    execute(
        mysql_second,
        f"UPDATE {name}.other SET v = NULL WHERE id = 3",
        f"DELETE FROM {name}.other WHERE id = 1",
        f"INSERT INTO {name}.other VALUES (9, '\x1b[31mred', 9)",
    )
    yield mysql.dsn(name), mysql_second.dsn(name)
    servers.drop_database(mysql_second, name)


def test_equal_is_0_and_different_is_1(pair: tuple[str, str]) -> None:
    equal = run("compare", *pair, "--table", "same")
    assert (equal.returncode, equal.stderr) == (0, "")
    assert "consistent" in equal.stdout
    different = run("compare", *pair)
    assert (different.returncode, different.stderr) == (1, "")
    assert "different; 2 tables" in different.stdout


def test_a_pipe_gets_no_colour_and_no_control_characters_of_the_data(
    pair: tuple[str, str],
) -> None:
    found = run("compare", *pair, "--table", "other")
    assert "\x1b" not in found.stdout
    assert "''" in found.stdout
    assert "NULL" in found.stdout


def test_json_has_each_row_that_differs(pair: tuple[str, str], mysql: Server) -> None:
    found = run("compare", *pair, "--json")
    assert found.returncode == 1
    answer = json.loads(found.stdout)
    assert (answer["version"], answer["type"], answer["result"]) == (1, "contents", "different")
    tables = {table["source"]["table"]: table for table in answer["tables"]}
    assert tables["same"]["verdict"] == "consistent"
    other = tables["other"]
    counted = [other[name] for name in ("differences", "only_source", "only_target", "changed")]
    assert counted == [3, 1, 1, 1]
    rows = {row["key"][0]: row for row in other["rows"]}
    assert {key: row["kind"] for key, row in rows.items()} == {
        "1": "only_source",
        "3": "changed",
        "9": "only_target",
    }
    assert rows["3"]["columns"] == [
        {
            "name": "v",
            "source": "",
            "target": None,
            "source_literal": "''",
            "target_literal": "NULL",
        }
    ]
    execute(mysql, rows["3"]["source_select"])


def test_counts_alone(pair: tuple[str, str]) -> None:
    found = run("compare", *pair, "--type", "lines", "--json")
    assert found.returncode == 0  # one row less and one more
    assert {table["source_rows"] for table in json.loads(found.stdout)["tables"]} == {2, 4}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--where", "id IN (2, 4)"], 0),
        (["--columns", "n", "--where", "id BETWEEN 2 AND 4"], 0),
        (["--except", "v", "--where", "id BETWEEN 2 AND 4"], 0),
        (["--where", "id BETWEEN 2 AND 4"], 1),
        (["--where", 'v = "a"'], 1),
    ],
)
def test_part_of_a_table(pair: tuple[str, str], arguments: list[str], code: int) -> None:
    assert run("compare", *pair, "--table", "other", *arguments).returncode == code


def test_wildcards_and_other_names(
    pair: tuple[str, str], mysql: Server, mysql_second: Server
) -> None:
    name = pair[1].rpartition("/")[2]
    execute(mysql_second, f"RENAME TABLE {name}.same TO {name}.renamed")
    assert run("compare", *pair, "--table", "same=renamed").returncode == 0
    assert run("compare", *pair, "--table", "same").returncode == 1
    found = json.loads(run("compare", *pair, "--table", "o*", "--json").stdout)
    assert [table["source"]["table"] for table in found["tables"]] == ["other"]
    anywhere = mysql.dsn(""), mysql_second.dsn("")
    mapped = run("compare", *anywhere, "--database", f"{name}={name}", "--json")
    assert {table["source"]["table"] for table in json.loads(mapped.stdout)["tables"]} == {
        "other",
        "renamed",
        "same",
    }


WRONG: list[tuple[list[str], str]] = [
    ([], "Missing argument"),
    (["x", "y"], "source"),
    (["mysql://root@", "mysql://root@h"], "source"),
    (["mysql://u:hidden@h:99999/x", "mysql://u@h/x"], "source"),
    (["mysql://u:hidden@h/x?sslmode=maybe", "mysql://u@h/x"], "sslmode"),
    (["mysql://u:hidden@h/x?bogus=1", "mysql://u@h/x"], "bogus"),
    (["mysql://u:hidden@127.0.0.1:1/x", "mysql://u:hidden@127.0.0.1:1/x"], "127.0.0.1:1"),
]


@pytest.mark.parametrize(("arguments", "named"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_a_source_is_named(arguments: list[str], named: str) -> None:
    found = run("compare", *arguments)
    assert found.returncode == 2
    assert named in found.stderr
    assert "hidden" not in found.stderr + found.stdout
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--type", "rows"], "--type"),
        (["--table", "nothing"], "nothing"),
        (["--database", "nothing"], "no table matches"),
        (["--where", "id ="], "condition"),
        (["--where", "sleep(9) = 0"], "sleep"),
        (["--where", "nothing = 1", "--table", "same"], "nothing"),
        (["--columns", "nothing", "--table", "same"], "nothing"),
        (["--limit", "-1"], "--limit"),
        (["--connections", "0"], "--connections"),
        (["--fingerprint", "crc32"], "--fingerprint"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_2(
    pair: tuple[str, str], arguments: list[str], named: str
) -> None:
    found = run("compare", *pair, *arguments)
    assert found.returncode == 2
    assert named in found.stderr + found.stdout
    assert "Traceback" not in found.stderr
    assert "Warning" not in found.stderr


def test_a_wrong_password_is_not_shown(pair: tuple[str, str], mysql: Server) -> None:
    wrong = pair[0].replace(f":{mysql.password}@", ":not-this-one@")
    found = run("compare", wrong, pair[1])
    assert found.returncode == 2
    assert "not-this-one" not in found.stderr + found.stdout
    assert f"{mysql.host}:{mysql.port}" in found.stderr


def test_passwords_come_from_the_environment(pair: tuple[str, str], mysql: Server) -> None:
    bare = [dsn.replace(f":{mysql.password}@", "@") for dsn in pair]
    found = run(
        "compare",
        *bare,
        "--table",
        "same",
        SYNCPROOF_SOURCE_PASSWORD=mysql.password,
        SYNCPROOF_TARGET_PASSWORD=mysql.password,
    )
    assert found.returncode == 0, found.stderr


def _on_a_terminal(*arguments: str, until: bytes, then: Callable[[int], Any]) -> tuple[int, str]:
    """Run on a terminal; when `until` is seen, do something to the process."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(SYNCPROOF, [SYNCPROOF, *arguments])
    seen, done, deadline = b"", False, time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            seen += os.read(terminal, 65_536)
        except OSError:  # the process has ended, and its terminal with it
            break
        if until in seen and not done:
            done = True
            then(child)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")


def test_a_terminal_gets_colour_but_nothing_of_the_datas_own(pair: tuple[str, str]) -> None:
    code, seen = _on_a_terminal(
        "compare", *pair, "--table", "other", until=b"never", then=lambda _: None
    )
    assert code == 1
    assert "\x1b[" in seen
    assert "\x1b[31mred" not in seen


def test_ctrl_c_ends_it_with_nothing_settled(pair: tuple[str, str], mysql: Server) -> None:
    name = pair[0].rpartition("/")[2]
    execute(
        mysql,
        "SET SESSION cte_max_recursion_depth = 1000000",
        f"CREATE TABLE {name}.big (id int PRIMARY KEY, v char(64))",
        f"INSERT INTO {name}.big WITH RECURSIVE n (i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
        " SELECT i, sha2(i, 256) FROM n",
    )
    code, seen = _on_a_terminal(
        "compare",
        pair[0],
        pair[0],
        "--table",
        "big",
        "--connections",
        "1",
        until=b"big",
        then=lambda process: os.kill(process, signal.SIGINT),
    )
    assert (code, "interrupted; nothing was settled" in seen) == (130, True)
