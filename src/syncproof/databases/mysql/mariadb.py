"""Where MariaDB, and MySQL before 8, differ from MySQL."""

from syncproof.databases.mysql.dialect import MySQLDialect, is_json
from syncproof.databases.mysql.spelling import quoted, spelled
from syncproof.domain.digest import Fold
from syncproof.ports.database import ReadColumn, Reading


class OldDialect(MySQLDialect):
    """BIT_XOR folds integers of 64 bits only."""

    def digest(self, reading: Reading, where: str, label: str, group: str = "") -> str:
        if reading.fold is Fold.SUM:
            return self._sums(reading, where, label, group)
        lanes = ", ".join(
            f"BIT_XOR(CAST(CONV(SUBSTR(h, {start}, 16), 16, 10) AS UNSIGNED))" for start in (1, 17)
        )
        return self._hashed(reading, where, label, group, lanes)


class MariaDBDialect(OldDialect):
    """MariaDB. Its JSON is LONGTEXT with a CHECK, and is catalogued as text."""

    def _equal_json(self, column: ReadColumn, text: str) -> str:
        if not is_json(text):
            return self.same(spelled(column), self.string(text))
        return f"JSON_EQUALS({quoted(column.name)}, {self.string(text)})"
