"""What a laboratory says of a result; codes are those of HL7 v2.5.1, table 0085."""

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.harmonise.cells import harmonise_cells
from labcohort.harmonise.status import proved_times, times_seen, with_reported
from labcohort.ingest.date_shift import shifted

from schemas.harmonised import Values
from schemas.quality import Quarantine

# HL7 table 0085: P preliminary, F final, C a correction that replaces a final result, X results
# cannot be obtained for this observation, D deletes the record, W posts the original as wrong
CODES = {
    "P": "preliminary", "F": "final", "C": "corrected", "X": "cancelled", "D": "withdrawn",
    "W": "withdrawn",
}  # fmt: skip
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
        ("D", "withdrawn", "the laboratory's status 'D' says the result is wrong"),
        ("W", "withdrawn", "the laboratory's status 'W' says the result is wrong"),
        ("Z", "unknown_status", "'Z' is none of the declared statuses"),
        ("f", "unknown_status", "'f' is none of the declared statuses"),
    ],
)
def test_no_result_and_no_known_status_are_set_aside(cells, mapping, text, rule, said):
    # whatever else is wrong with a cancelled result: it is no result
    given = cells({"date_text": "2020-01-01"}, {"status_text": text, "value_text": "see comment"})
    result = harmonise_cells(given, mapping | {"status": STATUS})
    record = Quarantine.validate(result.quarantine, lazy=True).row(0, named=True)
    assert (record["row"], record["rule"], record["reason"]) == (3, rule, said)
    assert result.values.get_column("row").to_list() == [2]


def test_without_declared_codes_a_status_is_no_fault(cells, mapping):
    result = harmonise_cells(cells({"status_text": "Z"}), mapping)
    assert result.values.item(0, "status") is None and result.quarantine.is_empty()


def read(texts: list[str | None], formats: list[str] | None, **more) -> pl.DataFrame:
    """What `with_status` makes of times in rows 2, 3, … of one file, or what `more` says."""
    rows = list(range(2, len(texts) + 2))
    given = {"file": "raw/site.csv", "row": rows, "status_text": None, "reported_text": texts}
    types = {"file": pl.String, "row": pl.Int64}
    frame = pl.DataFrame(
        given | more, schema=types | {"status_text": pl.String, "reported_text": pl.String}
    )
    column = {"column": "Reported"} | ({"formats": formats} if formats else {})
    how = {"reported": column, "missing": ["NA"]}
    return with_reported(frame, how, proved_times(times_seen(frame, how), how))


def reported(texts: list[str | None], formats: list[str] | None = None) -> list[str | None]:
    return read(texts, formats).get_column("reported").to_list()


def test_times_without_formats_are_read_in_the_one_form_that_they_prove():
    # 31 is no month: the day stands first
    assert reported(["31/01/2016", " 02/02/2016 9:05", "", None, "NA"]) == [
        "2016-01-31T00:00:00", "2016-02-02T09:05:00", None, None, None,
    ]  # fmt: skip
    assert reported(["20191002233059", "20191003"]) == [
        "2019-10-02T23:30:59", "2019-10-03T00:00:00",
    ]  # fmt: skip
    assert reported([None, ""]) == [None, None]


def test_times_of_one_file_prove_nothing_of_another():
    files = [f"raw/*.csv (file {n})" for n in (2, 1, 2)]
    found = read(["1/2/2016", "13/2/2016", "2/13/2016"], None, file=files)
    assert found.get_column("reported").to_list() == [
        "2016-01-02T00:00:00", "2016-02-13T00:00:00", "2016-02-13T00:00:00",
    ]  # fmt: skip
    with pytest.raises(UserError, match="order of the dates in column 'Reported'") as caught:
        read(["1/2/2016", "13/2/2016", "2/3/2016"], None, file=files)
    assert caught.value.where.startswith("raw/*.csv (file 2); row 2")


@pytest.mark.parametrize(
    "texts", [["01/02/2016"], ["2016-02-03 10:15 signed 2016-02-04"], ["2016-02-03", "03.02.2016"]]
)
def test_times_that_prove_no_form_are_refused(texts):
    with pytest.raises(UserError):
        reported(texts)


def test_a_time_that_cannot_be_read_is_flagged_and_leaves_no_text_behind(cells, mapping):
    texts = ["2016-02-03", "2016-02-03 10:15 signed 2016-02-04", "3/2/16", "", None, "NA"]
    how = mapping | {"reported": {"column": "Reported", "formats": ["iso"]}}
    values = harmonise_cells(cells(*({"reported_text": text} for text in texts)), how).values
    assert values.sort("row").select("reported", "flag").rows() == [
        ("2016-02-03T00:00:00", None), *[(None, "unreadable_reported")] * 2, *[(None, None)] * 3,
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
