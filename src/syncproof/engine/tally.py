"""The sum of a table's chunks, and the verdict that it amounts to."""

from dataclasses import dataclass, replace

from syncproof.domain.difference import Outcome, Verdict
from syncproof.domain.events import ChunkDone
from syncproof.engine.plan import Plan


@dataclass(slots=True)
class Tally:
    """Numbers so far, those of an earlier run included."""

    source_rows: int = 0
    target_rows: int = 0
    only_source: int = 0
    only_target: int = 0
    changed: int = 0

    def add(self, done: ChunkDone) -> None:
        """One chunk more."""
        self.source_rows += done.source_rows
        self.target_rows += done.target_rows
        self.only_source += done.only_source
        self.only_target += done.only_target
        self.changed += done.changed

    def values_verdict(self, plan: Plan) -> Verdict:
        """The verdict on values, once every chunk is in. A column that one side lacks makes the
        tables differ; one that cannot be compared leaves open whether they do."""
        differences = self.only_source + self.only_target + self.changed
        left_out = [note.column for note in plan.notes if not note.compared]
        verdict = self.numbers(Verdict(Outcome.CONSISTENT))
        if plan.lacking:
            message = f"columns on one side only: {', '.join(plan.lacking)}"
            verdict = replace(verdict, outcome=Outcome.INCONSISTENT, message=message)
        elif differences:
            verdict = replace(verdict, outcome=Outcome.INCONSISTENT)
        elif left_out:
            message = f"columns that cannot be compared: {', '.join(left_out)}"
            verdict = replace(verdict, outcome=Outcome.INCOMPARABLE, message=message)
        return replace(
            verdict,
            notes=plan.notes,
            fingerprint=plan.source.fingerprint.value,
            basis="at rest",
        )

    def counts_verdict(self) -> Verdict:
        """The verdict on counts."""
        apart = abs(self.source_rows - self.target_rows)
        return Verdict(
            Outcome.INCONSISTENT if apart else Outcome.CONSISTENT,
            self.source_rows,
            self.target_rows,
            differences=apart,
            basis="at rest",
        )

    def numbers(self, verdict: Verdict) -> Verdict:
        """The verdict with what is known so far."""
        return replace(
            verdict,
            source_rows=self.source_rows,
            target_rows=self.target_rows,
            differences=self.only_source + self.only_target + self.changed,
            only_source=self.only_source,
            only_target=self.only_target,
            changed=self.changed,
        )
