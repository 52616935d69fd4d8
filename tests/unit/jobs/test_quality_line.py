"""The line that the job `quality` reports counts results as the validation report does."""

import polars as pl
import pytest
from labcohort.jobs.quality import _said

from tests.unit.validate.made import ledger_of, set_aside


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((), "1,200 result cells, 1,188 used, 2 set aside"),
        (("unknown_code",), "2 set aside, and 1 attribute of the patient table"),
        (("unknown_code", "birth_after"), "2 set aside, and 2 attributes of the patient table"),
    ],
)
def test_results_and_attributes_are_counted_apart(rules, said):
    ledger = ledger_of("a", 1200, 10, hard_limit=1, unparseable_value=1)
    aside = [set_aside("a", "hard_limit", "unparseable_value"), set_aside("people", *rules)]
    assert _said(ledger, pl.concat(aside)).endswith(said)
