"""The table that is measured: 11 columns of about 150 bytes a row, and what is changed in it.

Its shape is that of the measurements that the project's goals were set by: three integers, two
decimals, a char, a date, a datetime(6), two varchars and a nullable double.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

NAME = "measured"

COLUMNS = """
    id bigint NOT NULL PRIMARY KEY,
    customer integer NOT NULL,
    branch integer NOT NULL,
    price decimal(12,2) NOT NULL,
    rate decimal(10,4) NOT NULL,
    state char(10) NOT NULL,
    day date NOT NULL,
    changed {moment}(6) NOT NULL,
    name varchar(60) NOT NULL,
    remark varchar(80) NOT NULL,
    weight double precision
"""

_START = datetime(2020, 1, 1)


def definition(family: str) -> str:
    """The statement that makes the table."""
    moment = "timestamp" if family == "postgresql" else "datetime"
    return f"CREATE TABLE {NAME} ({COLUMNS.format(moment=moment)})"


def write(path: Path, rows: int) -> None:
    """Write the rows as tab-separated text that both COPY and LOAD DATA read."""
    with path.open("w") as out:
        for line in _lines(rows):
            out.write(line)


def _lines(rows: int) -> Iterator[str]:
    for number in range(1, rows + 1):
        moment = _START + timedelta(microseconds=number * 1_234_567)
        name = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
        weight = r"\N" if number % 7 == 0 else repr(number / 7)
        price, rate = divmod(number * 13, 9_999_999), divmod(number * 17, 9_999_999)
        yield (
            f"{number}\t{number * 7 % 100_003}\t{number % 1000}"
            f"\t{price[1] / 100:.2f}\t{rate[1] / 10_000:.4f}\tstate{number % 7}"
            f"\t{moment:%Y-%m-%d}\t{moment:%Y-%m-%d %H:%M:%S.%f}"
            f"\tcustomer {name}\tremark number {number * 31} of many\t{weight}\n"
        )


def six_differences(rows: int) -> list[str]:
    """Statements for the target: six rows far apart come to differ, two of them by presence."""
    at = [rows * part // 7 for part in range(1, 7)]
    return [
        f"UPDATE {NAME} SET price = price + 0.01 WHERE id = {at[0]}",
        f"UPDATE {NAME} SET name = upper(name) WHERE id = {at[1]}",
        f"UPDATE {NAME} SET weight = coalesce(weight, 0) + 1 WHERE id = {at[2]}",
        f"UPDATE {NAME} SET day = '2019-12-31' WHERE id = {at[3]}",
        f"DELETE FROM {NAME} WHERE id = {at[4]}",
        f"UPDATE {NAME} SET id = {rows + 1000} WHERE id = {at[5]}",
    ]


def share(one_in: int) -> list[str]:
    """Statements for the target: one row in so many comes to differ, scattered evenly."""
    return [f"UPDATE {NAME} SET branch = branch + 1 WHERE id % {one_in} = 0"]
