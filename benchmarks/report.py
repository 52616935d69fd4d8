"""The measures as a Markdown table a number of patients."""

HEADER = "| | jobs | wall s | CPU s | peak MiB | wall / reading |\n|---|---:|---:|---:|---:|---:|\n"


def as_markdown(measured: list[dict]) -> str:
    """A table for each number of patients, with its note below."""
    return "\n".join(_table(one) for one in measured)


def _table(one: dict) -> str:
    size, buckets = one["bytes"] / 1e6, one["buckets"]
    buckets = "1 bucket" if buckets == 1 else f"{buckets} buckets"
    title = f"### {one['patients']:,} patients ({size:,.1f} MB, {buckets})\n\n"
    return title + HEADER + "".join(_line(row) for row in one["rows"])


def _line(row: dict) -> str:
    what = row["what"].replace("  ", "&nbsp;&nbsp;")
    if "note" in row:
        what += f" ({row['note']})"
    if "difference" in row:
        what += f" (same numbers to {row['difference']:.0e})"
    cells = [
        what,
        str(row.get("jobs", "")),
        _number(row.get("wall"), 1),
        _number(row.get("cpu"), 1),
        _number(row.get("peak"), 0),
        _number(row.get("ratio"), 1),
    ]
    return "| " + " | ".join(cells) + " |\n"


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"
