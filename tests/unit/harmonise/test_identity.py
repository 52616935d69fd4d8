"""Who is who: two people under one id, one under two. Oracle: a plain reading of the same rows."""

import random
from collections import Counter, defaultdict

import polars as pl
import pytest
from labcohort.harmonise.patients import harmonise_patients
from labcohort.ingest.layouts import Layout
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.ingest.readers.table import Table

from schemas.ingested import SAME_PERSON
from schemas.quality import Quarantine

HOW = {
    "attributes": {
        "sex": {"column": "Sex", "codes": {"M": "male", "F": "female"}},
        "dose": {"column": "Dose", "number": True},
        "site": {"column": "Site", "text": True},
    },
    "same": ["Name", "Born"],
    "missing": [],
    "decimal": ".",
}
COLUMNS = ("Sex", "Dose", "Site")
# as HOW reads the texts of `random_rows`
READ_AS = {"M": "male", "F": "female", "50": 50.0, "70": 70.0}
KEY = b"a key of the tests, long enough"
ONE_ID, TWO_IDS = "one_id_two_people", "one_person_two_ids"


@pytest.fixture
def table(cells):
    """The patient table's cells from rows (id, sex, dose, site, who it is), from row 2 on."""

    def frame(*rows: tuple) -> pl.DataFrame:
        return cells(
            *(
                {"file": "people.csv", "person": person, "row": number, "column": column,
                 "analyte": column, "value_text": text, "date_text": None, "unit_text": None}
                for number, (person, *texts) in enumerate(rows, 2)
                for column, text in zip((*COLUMNS, SAME_PERSON), texts, strict=True)
            )
        )  # fmt: skip

    return frame


def reasons(found) -> dict[tuple, str]:
    """(row, column, rule) -> reason."""
    frame = Quarantine.validate(found.quarantine, lazy=True)
    return {
        (row, column, rule): reason
        for row, column, rule, reason in frame.select("row", "column", "rule", "reason").iter_rows()
    }


def random_rows(seed: int) -> list[tuple]:
    """Rows of few ids, names and texts, so that most kinds of conflict are there."""
    draw = random.Random(seed)
    return [
        (
            f"p{draw.randrange(8)}", draw.choice(["M", "F", "", "", ""]),
            draw.choice(["50", "70", "", "", ""]), draw.choice(["north", "south", "", "", ""]),
            draw.choice(["", *(f"name {n}" for n in range(9))]),
        )
        for _ in range(draw.randrange(1, 14))
    ]  # fmt: skip


def plain_conflicts(rows: list[tuple]) -> tuple[set, set]:
    """Ids that nobody can tell apart, and the (row, column, rule) of the cells that show it."""
    by_id, by_name = defaultdict(list), defaultdict(list)
    for number, (person, *texts, name) in enumerate(rows, 2):
        by_id[person].append((number, texts))
        if name:
            by_name[name].append((number, person))
    bad, places = set(), set()
    for person, own in by_id.items():
        for place, column in enumerate(COLUMNS):
            if len({texts[place] for _, texts in own} - {""}) > 1:
                bad.add(person)
                places |= {(number, column, ONE_ID) for number, texts in own if texts[place]}
    for own in by_name.values():
        if len({person for _, person in own}) > 1:
            bad |= {person for _, person in own}
            places |= {(number, "Name", TWO_IDS) for number, _ in own}
    return bad, places


@pytest.mark.parametrize("seed", range(25))
def test_conflicts_are_those_of_a_plain_reading(table, seed):
    rows = random_rows(seed)
    found = harmonise_patients(table(*rows), HOW)
    bad, places = plain_conflicts(rows)
    everyone = {person for person, *_ in rows}
    assert set(found.people.get_column("person")) == everyone - bad
    assert set(found.places.get_column("person")) == everyone - bad
    assert set(reasons(found)) == places
    for row in found.people.iter_rows(named=True):
        own = [texts for person, *texts, _ in rows if person == row["person"]]
        for place, name in enumerate(("sex", "dose", "site")):
            filled = {texts[place] for texts in own} - {""}
            assert {READ_AS.get(text, text) for text in filled} == {row[name]} - {None}


def test_the_random_tables_hold_each_kind_of_conflict():
    found = [plain_conflicts(random_rows(seed)) for seed in range(25)]
    rules = {rule for _, places in found for *_, rule in places}
    assert rules == {ONE_ID, TWO_IDS}
    assert any(not bad for bad, _ in found)
    # and persons of several rows who are none
    tables = [(random_rows(seed), bad) for seed, (bad, _) in enumerate(found)]
    twice = [p for rows, bad in tables for p, n in Counter(r[0] for r in rows).items()
             if n > 1 and p not in bad]  # fmt: skip
    assert len(twice) > 5


@pytest.mark.parametrize("seed", range(25))
def test_the_order_of_the_cells_changes_nothing(table, seed):
    frame = table(*random_rows(seed))
    one, other = (
        harmonise_patients(f, HOW)
        for f in (frame, frame.sample(fraction=1, shuffle=True, seed=seed))
    )
    assert one.people.equals(other.people)
    assert one.places.equals(other.places)
    assert one.quarantine.equals(other.quarantine)


def test_one_id_of_two_people_is_set_aside_and_each_row_names_the_other(table):
    found = harmonise_patients(
        table(("p1", "F", "50", "north", "a"), ("p2", "F", "50", "north", "b"),
              ("p1", "M", "50", "north", "a")), HOW,
    )  # fmt: skip
    assert found.people.get_column("person").to_list() == ["p2"]
    assert reasons(found) == {
        (2, "Sex", ONE_ID): "the same id says otherwise in people.csv, row 4",
        (4, "Sex", ONE_ID): "the same id says otherwise in people.csv, row 2",
    }


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_row_leaves_empty_another_fills(table, turned):
    rows = [("p1", "F", "", "north", ""), ("p1", "", "70", "", ""), ("p1", "F", "", "", "")]
    found = harmonise_patients(table(*(rows[::-1] if turned else rows)), HOW)
    assert found.people.select("person", "sex", "dose", "site").rows() == [
        ("p1", "female", 70.0, "north")
    ]
    # one row stands for all, and nothing was set aside
    assert found.places.get_column("row").to_list() == [2]
    assert found.quarantine.is_empty()


def test_a_row_that_says_nothing_of_an_attribute_is_not_named_as_its_contradiction(table):
    rows = [("p1", "F", "50", "", ""), ("p1", "M", "", "", ""), ("p1", "", "70", "", "")]
    assert reasons(harmonise_patients(table(*rows), HOW)) == {
        (2, "Sex", ONE_ID): "the same id says otherwise in people.csv, row 3",
        (3, "Sex", ONE_ID): "the same id says otherwise in people.csv, row 2",
        (2, "Dose", ONE_ID): "the same id says otherwise in people.csv, row 4",
        (4, "Dose", ONE_ID): "the same id says otherwise in people.csv, row 2",
    }


def test_one_person_under_two_ids_is_set_aside_and_nothing_shows_who(table):
    found = harmonise_patients(
        table(("p1", "F", "50", "north", "pabc"), ("p2", "M", "70", "south", "pabc"),
              ("p3", "M", "70", "south", "pdef")), HOW,
    )  # fmt: skip
    assert found.people.get_column("person").to_list() == ["p3"]
    assert reasons(found) == {
        (2, "Name", TWO_IDS): "the same Name and Born stands under another id in people.csv, row 3",
        (3, "Name", TWO_IDS): "the same Name and Born stands under another id in people.csv, row 2",
    }
    assert set(found.quarantine.get_column("raw_value")) == {"(identifier)"}
    assert "pabc" not in str(found.quarantine.to_dicts())


def test_the_same_person_twice_under_one_id_is_no_conflict(table):
    row = ("p1", "F", "50", "north", "pabc")
    found = harmonise_patients(table(row, row), HOW)
    assert found.people.height == 1 and found.quarantine.is_empty()


def others(*rows: int) -> str:
    return " in " + "; ".join(f"people.csv, row {row}" for row in rows)


def test_at_most_three_other_rows_are_named(table):
    rows = [("p1", sex, "50", "north", "") for sex in "MFFFFF"]
    said = reasons(harmonise_patients(table(*rows), HOW))
    assert said[7, "Sex", ONE_ID].endswith(
        "people.csv, row 2; people.csv, row 3; people.csv, row 4"
    )
    assert said[2, "Sex", ONE_ID].endswith(
        "people.csv, row 3; people.csv, row 4; people.csv, row 5"
    )


def test_ids_that_begin_anew_in_each_group_bring_the_hint(table):
    """Ids 1 to 3 in the north and in the south: six people, of whom `within: Site` tells all."""
    rows = [(f"p{n}", "F", str(50 + n + 10 * (site == "south")), site, "")
            for site in ("north", "south") for n in (1, 2, 3)]  # fmt: skip
    said = reasons(harmonise_patients(table(*rows), HOW))
    hint = (
        "within 'Site' each id stands once: where ids begin anew in each group, declare"
        " person: {within: Site}"
    )
    assert {(row, column) for row, column, _ in said} == {
        (row, column) for row in range(2, 8) for column in ("Dose", "Site")
    }
    assert all(reason.endswith(hint) for reason in said.values())


def test_no_hint_where_an_id_stands_twice_within_every_group(table):
    rows = [("p1", sex, dose, site, "")
            for site in ("north", "south") for sex, dose in (("F", "50"), ("F", "70"))]  # fmt: skip
    assert all("within" not in r for r in reasons(harmonise_patients(table(*rows), HOW)).values())


def people_of(n: int) -> list[tuple]:
    """Rows of n more people, each in one row of the north."""
    return [(f"q{k}", "F", "50", "north", "") for k in range(n)]


@pytest.mark.parametrize(
    ("others", "hinted"),
    [(0, True), (12, True), (13, False), (400, False)],  # 3 of 15 ids are a fifth
)
def test_a_few_ids_that_contradict_themselves_bring_no_hint(table, others, hinted):
    """Three of many people listed twice are slips: `within` would make six of them."""
    rows = [(f"p{n}", "F", dose, site, "")
            for n in range(3) for dose, site in (("50", "north"), ("70", "south"))]  # fmt: skip
    said = reasons(harmonise_patients(table(*rows, *people_of(others)), HOW))
    assert len(said) == 12
    assert {"within" in reason for reason in said.values()} == {hinted}


def test_two_ids_that_contradict_themselves_bring_no_hint(table):
    rows = [(f"p{n}", "F", "50", site, "") for n in range(2) for site in ("north", "south")]
    assert all("within" not in r for r in reasons(harmonise_patients(table(*rows), HOW)).values())


def test_no_hint_by_what_no_group_is_made_of(table):
    """Each id stands once within a sex, and once within a dose: neither is a group of ids."""
    rows = [(f"p{n}", sex, dose, "north", "")
            for n in range(4) for sex, dose in (("F", "50"), ("M", "70"))]  # fmt: skip
    said = reasons(harmonise_patients(table(*rows), HOW))
    assert len(said) == 16 and all("within" not in reason for reason in said.values())


def test_an_id_column_of_one_text_is_no_square_of_its_rows(table):
    """A wrong id column (a country) in 20,000 rows: pairs of rows would be 400 million."""
    rows = [("p1", "MF"[n % 2], "50", "north", "") for n in range(20_000)]
    found = harmonise_patients(table(*rows), HOW)
    assert found.quarantine.height == 20_000
    assert found.quarantine.item(19_999, "reason").endswith(others(2, 3, 4))


# --------------------------------------------------------------------------- ids as they are read


def read(rows: list[list[str]], **person) -> pl.DataFrame:
    """Cells of a patient table with the columns Id, Site, Name, Born and Sex."""
    header = (1, ["Id", "Site", "Name", "Born", "Sex"])
    how = {
        "content": "patients",
        "person": {"column": "Id"} | person,
        "columns_of": {"person": "Id"} | {k: person[k] for k in ("within",) if k in person},
        "context": [], "drop": [], "results": ["Sex", "Site"], "ignore": ["Name", "Born"],
    }  # fmt: skip
    if "same" in person:
        how["ignore"] = [c for c in how["ignore"] if c not in person["same"]]
    given = Table(None, iter([header, *enumerate(rows, 2)]))
    layout = Layout(given, "people", "people.csv", how, Pseudonyms(KEY, how["person"]))
    return pl.concat(layout.cells(lambda rows: None))


READ = {
    "attributes": {
        "sex": {"column": "Sex", "codes": {"M": "male", "F": "female"}},
        "site": {"column": "Site", "text": True},
    },
    "missing": [], "decimal": ".",
}  # fmt: skip
GROUPS = [["1", "north", "A", "1960", "F"], ["1", "south", "B", "1961", "M"]]


def test_within_a_group_an_id_is_a_person_of_its_own():
    without = harmonise_patients(read(GROUPS), READ)
    assert without.people.is_empty() and without.quarantine.height == 4
    within = harmonise_patients(read(GROUPS, within="Site"), READ)
    assert sorted(within.people.get_column("site")) == ["north", "south"]
    assert within.quarantine.is_empty()


@pytest.mark.parametrize(
    ("other", "one_person"),
    [
        (["Zhāng Wěi", "1960-01-02"], True),
        (["  ZHĀNG   WĚI ", "1960-01-02"], True),  # case and blanks are accidents of type
        (["Ｚhāng Wěi", "1960-01-02"], True),  # and so is the width of a letter
        (["Zhāng Wěi", "1960-01-03"], False),
        (["Zhāng Wei", "1960-01-02"], False),
        (["Zhāng Wěi", ""], False),  # what is not known identifies nobody
    ],
)
def test_columns_that_identify_a_human_being_tell_two_ids_apart(other, one_person):
    rows = [["1", "north", "Zhāng Wěi", "1960-01-02", "F"], ["2", "north", *other, "F"]]
    cells = read(rows, same=["Name", "Born"])
    found = harmonise_patients(cells, READ | {"same": ["Name", "Born"]})
    assert found.people.height == (0 if one_person else 2)
    assert set(found.quarantine.get_column("rule")) == ({TWO_IDS} if one_person else set())


def test_nothing_of_what_identifies_is_kept():
    rows = [["1", "north", "Zhāng Wěi", "1960-01-02", "F"]] * 2
    cells = read(rows, same=["Name", "Born"])
    found = harmonise_patients(cells, READ | {"same": ["Name", "Born"]})
    kept = str([f.to_dicts() for f in (cells, found.people, found.places, found.quarantine)])
    assert "Wěi" not in kept and "1960" not in kept
    digests = cells.filter(pl.col("column") == SAME_PERSON).get_column("value_text").unique()
    # keyed: with another key it is another digest
    parts = [pl.Series(["Zhāng Wěi"]), pl.Series(["1960-01-02"])]
    person = {"column": "Id", "same": ["Name", "Born"]}
    assert digests.to_list() == [Pseudonyms(KEY, person).same(parts).item()]
    assert digests.to_list() != [Pseudonyms(KEY + b"!", person).same(parts).item()]
