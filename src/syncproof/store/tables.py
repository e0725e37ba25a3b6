"""The tables of the store; times are epoch milliseconds, structured values are JSON text."""

import sqlalchemy as sa

metadata = sa.MetaData()


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=null, default=None if null else 0)


jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("project", sa.String(64), nullable=False, index=True),
    sa.Column("parent", sa.String(36), index=True),
    sa.Column("is_parent", sa.Boolean, nullable=False, default=False),
    _text("name"),
    sa.Column("state", sa.String(40), nullable=False),
    _text("reason", null=True),
    sa.Column("engine_type", sa.String(80), nullable=False),
    _text("source"),
    _text("target"),
    _text("scope"),
    _text("given"),
    _number("created_at"),
    _number("started_at", null=True),
    _number("updated_at", null=True),
)

comparisons = sa.Table(
    "comparisons",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("job", sa.String(36), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("project", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("state", sa.String(40), nullable=False, index=True),
    sa.Column("unfinished", sa.Integer),
    _text("options"),
    _text("message", null=True),
    _number("created_at"),
    _number("start_at"),
    _number("started_at", null=True),
    _number("ended_at", null=True),
    sa.Column("after", sa.String(36)),
    sa.Column("worker", sa.String(64)),
    _number("lease_until", null=True),
    sa.Column("stopped", sa.Boolean, nullable=False, default=True),
    sa.UniqueConstraint("job", "level", "unfinished", name="one_unfinished_a_job"),
)
"""`unfinished` is 1 or NULL: the constraint allows one unfinished comparison of a level a job.
`after`: the cancelled comparison whose queries must be gone first. `stopped`: no worker has
queries of it running."""

pairs = sa.Table(
    "pairs",
    metadata,
    sa.Column(
        "comparison",
        sa.String(36),
        sa.ForeignKey("comparisons.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("place", sa.Integer, primary_key=True),
    _text("source_database"),
    _text("source_table"),
    _text("target_database"),
    _text("target_table"),
    _text("pair"),
    sa.Column("outcome", sa.String(20), nullable=False),
    _text("verdict", null=True),
    _text("schema", null=True),
    _number("rows"),
    _number("source_rows"),
    _number("target_rows"),
    _number("source_bytes"),
    _number("only_source"),
    _number("only_target"),
    _number("changed"),
    _number("kept"),
)

chunks = sa.Table(
    "chunks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column(
        "comparison",
        sa.String(36),
        sa.ForeignKey("comparisons.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("place", sa.Integer, nullable=False),
    _text("chunk"),
    _number("source_bytes"),
    _number("finished_at"),
    sa.Index("chunks_of_pair", "comparison", "place"),
    sa.Index("chunks_by_time", "comparison", "finished_at"),
)

differences = sa.Table(
    "differences",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column(
        "comparison",
        sa.String(36),
        sa.ForeignKey("comparisons.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    _text("difference"),
    sa.Index("differences_of_pair", "comparison", "place"),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False, unique=True),
    _text("password_hash"),
    sa.Column("enabled", sa.Boolean, nullable=False, default=True),
    sa.Column("admin", sa.Boolean, nullable=False, default=False),
    _number("changed_at"),
)

projects = sa.Table(
    "projects",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False, unique=True),
)

roles = sa.Table(
    "roles",
    metadata,
    sa.Column(
        "user", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column(
        "project", sa.String(32), sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("role", sa.String(20), primary_key=True),
)

credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("access", sa.String(40), primary_key=True),
    _text("secret"),
    sa.Column("user", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column(
        "project", sa.String(32), sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("enabled", sa.Boolean, nullable=False, default=True),
)

revocations = sa.Table(
    "revocations",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    _number("expires_at"),
)
