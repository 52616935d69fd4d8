"""What a laboratory says of a result; codes are those of HL7 v2.5.1, table 0085."""

import polars as pl
import pytest
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.status import with_status
from labcohort.ingest.date_shift import shifted

from schemas.harmonised import Values
from schemas.quality import Quarantine

# HL7 table 0085: P preliminary, F final, C correction, X results cannot be obtained, D deletes
CODES = {"P": "preliminary", "F": "final", "C": "corrected", "X": "cancelled", "D": "cancelled"}
STATUS = {"column": "Status", "codes": CODES}


@pytest.mark.parametrize(
    ("text", "status"),
    [("P", "preliminary"), ("F", "final"), ("C", "corrected"), (" F ", "final"), ("", None),
     (None, None), ("  ", None)],
)  # fmt: skip
def test_a_status_is_kept_with_its_value(cells, mapping, text, status):
    result = harmonise_cells(cells({"status_text": text}), mapping | {"status": STATUS})
    assert Values.validate(result.values, lazy=True).get_column("status").to_list() == [status]


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("X", "cancelled", "the laboratory's status 'X' says there is no result"),
        ("D", "cancelled", "the laboratory's status 'D' says there is no result"),
        ("Z", "unknown_status", "'Z' is none of the declared statuses"),
        ("f", "unknown_status", "'f' is none of the declared statuses"),
    ],
)
def test_no_result_and_no_known_status_are_set_aside(cells, mapping, text, rule, said):
    # whatever else is wrong with a cancelled result: it is no result
    given = cells({}, {"status_text": text, "value_text": "see comment"})
    result = harmonise_cells(given, mapping | {"status": STATUS})
    record = Quarantine.validate(result.quarantine, lazy=True).row(0, named=True)
    assert (record["row"], record["rule"], record["reason"]) == (3, rule, said)
    assert result.values.get_column("row").to_list() == [2]


def test_without_declared_codes_a_status_is_no_fault(cells, mapping):
    result = harmonise_cells(cells({"status_text": "Z"}), mapping)
    assert result.values.item(0, "status") is None and result.quarantine.is_empty()


def reported(texts: list[str | None], formats: list[str] | None = None) -> list[str | None]:
    frame = pl.DataFrame(
        {"status_text": None, "reported_text": texts},
        schema={"status_text": pl.String, "reported_text": pl.String},
    )
    column = {"column": "Reported"} | ({"formats": formats} if formats else {})
    return with_status(frame, {"reported": column}).get_column("reported").to_list()


def test_times_without_formats_stay_as_they_are():
    assert reported(["2020-01-02T08:30", " 20200102083000 ", "", None]) == [
        "2020-01-02T08:30", "20200102083000", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "date_format", "iso"),
    [
        ("2/10/2019 9:05", "D/M/YYYY h:mm", "2019-10-02T09:05:00"),
        ("2/10/2019", "D/M/YYYY", "2019-10-02T00:00:00"),
        ("10/2/2019 12:05 AM", "M/D/YYYY h:mm a", "2019-10-02T00:05:00"),
        ("10/2/2019 1:05 pm", "M/D/YYYY h:mm a", "2019-10-02T13:05:00"),
        ("20191002233059.25", "hl7", "2019-10-02T23:30:59.25"),
        # a zone is turned to UTC: the afternoon in New York (UTC-4) is before the night in Paris
        ("20191002170000-0400", "hl7", "2019-10-02T21:00:00"),
        ("2019-10-03T00:30:00+02:00", "iso", "2019-10-02T22:30:00"),
        # Excel's day 43740 is 2 October 2019; three quarters of a day are 18 hours
        ("43740.75", "excel", "2019-10-02T18:00:00"),
        ("2/10/2019 9:75", "D/M/YYYY h:mm", None),
        ("2019-10-02", "D/M/YYYY", None),
    ],
)
def test_a_time_in_a_declared_format_is_an_iso_timestamp(text, date_format, iso):
    assert reported([text], [date_format]) == [iso]
    assert reported([text], ["YYYY.MM.DD", date_format]) == [iso]


def test_times_in_declared_formats_sort_in_their_order():
    in_order = ["2/10/2019 9:15", "1/11/2019 9:00", "1/11/2019 10:00", "31/1/2020 8:00"]
    assert sorted(in_order) != in_order
    found = reported(in_order, ["D/M/YYYY h:mm"])
    assert sorted(found) == found


def test_a_timestamp_holds_no_date_but_the_one_that_is_shifted():
    """Where dates are shifted, the true one may not stay in the text of the report's time."""
    key = b"a key of the tests, long enough"
    found = pl.DataFrame(
        {"person": ["p1"], "reported": reported(["2/10/2019 9:15"], ["D/M/YYYY h:mm"])}
    )
    text = shifted(found, ["reported"], key, 30).item(0, "reported")
    assert text.endswith("T09:15:00")
    assert "2019-10-02" not in text and "2/10/2019" not in text
