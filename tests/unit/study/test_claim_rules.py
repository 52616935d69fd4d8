"""What rows claim of their persons can be held against the patient table."""

import pytest

SITE = "config/sources/site_a.yaml"
DATE = "date: {column: collected, formats: [YYYY-MM-DD]}"


@pytest.mark.parametrize(
    ("claim", "what", "where"),
    [
        ("sex: {column: s, codes: {F: f, M: male}}", "unknown sex 'f'", "sex > codes > F"),
        ("sex: {column: s, codes: {F: Female}}", "unknown sex 'Female'", "sex > codes > F"),
        ("birth_date: {column: b, formats: [YYYY-MM-DD]}", "the patient table has no birth_date",
         "birth_date"),
    ],
)  # fmt: skip
def test_a_claim_that_says_nothing_is_refused(edit, refusal, claim, what, where):
    edit("config/sources/patients.yaml", "birth_date:", "born:")
    edit(SITE, DATE, f"{DATE}\nclaims: {{{claim}}}")
    error = refusal()
    assert error.what.startswith(what) and error.where == f"{SITE}, claims > {where}"
