"""What the service's values are called in v3."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from syncproof.api.shape import filled
from syncproof.domain.comparison import Comparison, ComparisonKind
from syncproof.domain.difference import Difference, DifferenceKind, Outcome
from syncproof.domain.lifecycle import ENDED
from syncproof.messages import said
from syncproof.ports.store import Finding
from syncproof.service.results import DatabaseFindings, TableDifferences

KINDS = {
    ComparisonKind.LINES: "lines",
    ComparisonKind.CONTENTS: "contents",
    ComparisonKind.OBJECTS: "object_comparison",
}

OUTCOMES = {
    Outcome.WAITING: "WAITING_FOR_COMPARISON",
    Outcome.COMPARING: "COMPARING",
    Outcome.CONSISTENT: "CONSISTENT",
    Outcome.INCONSISTENT: "INCONSISTENT",
    Outcome.FAILED: "FAILED_TO_COMPARE",
    Outcome.INCOMPARABLE: "CAN_NOT_COMPARE",
    Outcome.CANCELLED: "FAILED_TO_COMPARE",
}


def task_list(count: int, comparisons: Sequence[Comparison], language: str) -> dict[str, Any]:
    """The comparisons of a job."""
    return {
        "compare_task_list": [_task(comparison, language) for comparison in comparisons],
        "compare_task_list_count": count,
    }


def _task(comparison: Comparison, language: str) -> dict[str, Any]:
    return filled(
        compare_task_id=comparison.id,
        compare_type=KINDS[comparison.kind],
        compare_task_status=comparison.state.value,
        create_time=str(comparison.created_at),
        end_time=None if comparison.ended_at is None else str(comparison.ended_at),
        message=said(comparison.message, language) if comparison.message else None,
    )


def line_results(
    comparison: Comparison, databases: Sequence[DatabaseFindings], rows: slice, language: str
) -> dict[str, Any]:
    """What a comparison of rows found."""
    return {
        "compare_task_id": comparison.id,
        "line_compare_overview": [
            _overview(found, "line_compare_result", comparison) for found in databases[rows]
        ],
        "line_compare_overview_count": len(databases),
        "line_compare_details": [
            {
                "source_db_name": found.source,
                "target_db_name": found.target,
                "line_compare_detail": [_line(one, language) for one in found.tables[rows]],
                "line_compare_detail_count": len(found.tables),
            }
            for found in databases
        ],
    }


def _overview(found: DatabaseFindings, word: str, comparison: Comparison) -> dict[str, Any]:
    verdict = OUTCOMES[found.outcome]
    if found.missing and comparison.state in ENDED:
        verdict = "TARGET_DB_NOT_EXIT"
    return {"source_db_name": found.source, "target_db_name": found.target, word: verdict}


def _line(finding: Finding, language: str) -> dict[str, Any]:
    verdict = finding.verdict
    return filled(
        source_table_name=finding.pair.source.name,
        target_table_name=finding.pair.target.name,
        source_row_num=verdict.source_rows if verdict else finding.source_rows,
        target_row_num=verdict.target_rows if verdict else finding.target_rows,
        diff_row_num=verdict.differences if verdict else None,
        line_compare_result=OUTCOMES[finding.outcome],
        message=_message(finding, language),
        basis=verdict.basis if verdict else None,
    )


def content_results(
    comparison: Comparison,
    databases: Sequence[DatabaseFindings],
    differences: Sequence[TableDifferences],
    rows: slice,
    language: str,
) -> dict[str, Any]:
    """What a comparison of values found."""
    return {
        "compare_task_id": comparison.id,
        "content_compare_overview": [
            _overview(found, "content_compare_result", comparison) for found in databases[rows]
        ],
        "content_compare_overview_count": len(databases),
        "content_compare_details": [_details(found, rows, language) for found in databases],
        "content_compare_diffs": [_table(one) for one in differences],
    }


def _details(found: DatabaseFindings, rows: slice, language: str) -> dict[str, Any]:
    uncompared = [one for one in found.tables if one.outcome is Outcome.INCOMPARABLE]
    compared = [one for one in found.tables if one.outcome is not Outcome.INCOMPARABLE]
    return {
        "source_db_name": found.source,
        "target_db_name": found.target,
        "content_compare_detail": [_content(one, language) for one in compared[rows]],
        "content_compare_detail_count": len(compared),
        "content_uncompare_detail": [_content(one, language) for one in uncompared[rows]],
        "content_uncompare_detail_count": len(uncompared),
    }


def _content(finding: Finding, language: str) -> dict[str, Any]:
    verdict, pair = finding.verdict, finding.pair
    source = verdict.source_rows if verdict else finding.source_rows
    target = verdict.target_rows if verdict else finding.target_rows
    return filled(
        source_db_name=pair.source.database,
        target_db_name=pair.target.database,
        source_table_name=pair.source.name,
        target_table_name=pair.target.name,
        source_row_num=source,
        target_row_num=target,
        diff_row_num=_differences(finding),
        line_compare_result=_by_count(finding, source, target),
        content_compare_result=OUTCOMES[finding.outcome],
        message=_message(finding, language),
        basis=verdict.basis if verdict else None,
        fingerprint=verdict.fingerprint if verdict else None,
    )


def _differences(finding: Finding) -> int:
    if finding.verdict is not None:
        return finding.verdict.differences
    return finding.only_source + finding.only_target + finding.changed


def _by_count(finding: Finding, source: int | None, target: int | None) -> str:
    if finding.outcome in (Outcome.WAITING, Outcome.COMPARING, Outcome.FAILED, Outcome.CANCELLED):
        return OUTCOMES[finding.outcome]
    if source is None or target is None:
        return OUTCOMES[Outcome.INCOMPARABLE]
    return OUTCOMES[Outcome.CONSISTENT if source == target else Outcome.INCONSISTENT]


def _message(finding: Finding, language: str) -> str | None:
    """The verdict's words, and what it could not see of which column."""
    if finding.outcome is Outcome.CANCELLED:
        return said("the comparison ended before this table was done", language)
    if finding.verdict is None:
        return None
    words = [said(finding.verdict.message, language)] if finding.verdict.message else []
    for note in finding.verdict.notes:
        what = note.reason if note.compared else f"not compared: {note.reason}"
        words.append(f"{note.column}: {said(what, language)}")
    return "; ".join(words) or None


def _table(found: TableDifferences) -> dict[str, Any]:
    source = found.finding.pair.source
    return {
        "source_db_name": source.database,
        "source_table_name": source.name,
        "content_compare_diff": [_row(one) for one in found.page],
        "content_compare_diff_count": found.count,
    }


def _row(difference: Difference) -> dict[str, Any]:
    """A row that differs. Keys are texts on the wire, NULL among them; the literals say which
    value is the word and which is none."""
    key = ["NULL" if part is None else part for part in difference.key]
    here = difference.kind is not DifferenceKind.ONLY_TARGET
    there = difference.kind is not DifferenceKind.ONLY_SOURCE
    return filled(
        source_key_value=key if here else None,
        target_key_value=key if there else None,
        source_select_sql=difference.source_select if here else None,
        target_select_sql=difference.target_select if there else None,
        kind=difference.kind.value,
        confirmed=difference.confirmed,
        copies=difference.copies if difference.copies > 1 else None,
        columns=[
            filled(
                name=column.name,
                source=column.source,
                target=column.target,
                source_literal=column.source_literal,
                target_literal=column.target_literal,
            )
            for column in difference.columns
        ],
    )


def compare_job(comparison: Comparison) -> dict[str, Any]:
    """A comparison in the list of `table/compare`."""
    return filled(
        id=comparison.id,
        type=KINDS[comparison.kind],
        options=_options(comparison),
        start_time=_iso(comparison.started_at or comparison.start_at),
        end_time=_iso(comparison.ended_at) if comparison.ended_at else None,
        status=comparison.state.value,
        export_status="INIT",
        report_remain_seconds=-1,
    )


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _options(comparison: Comparison) -> dict[str, str]:
    ours = {"differenceLimit": str(comparison.options.difference_limit)}
    if comparison.options.fingerprint != "auto":
        ours["fingerprint"] = comparison.options.fingerprint
    if comparison.kind is ComparisonKind.CONTENTS:
        return {"contentCompareType": "static", **ours}
    return {"comparePolicy": "normal"}
