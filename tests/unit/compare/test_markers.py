"""The values of a marker come from the files of its panel, bucket by bucket."""

import polars as pl
from labcohort.compare.markers import by_marker, panels_of


def test_each_marker_has_its_rows_of_all_buckets(tmp_path):
    rows = {
        ("lipid", "1-of-2"): [("p1", "TC", 5.0), ("p1", "TG", 1.0)],
        ("lipid", "2-of-2"): [("p2", "TC", 6.0)],
        ("renal", "1-of-2"): [("p1", "UA", 300.0)],
        ("renal", "2-of-2"): [],
    }
    paths = []
    for (panel, bucket), own in rows.items():
        path = tmp_path / panel / f"{bucket}.parquet"
        path.parent.mkdir(exist_ok=True)
        schema = {"person": pl.String, "marker": pl.String, "value": pl.Float64}
        pl.DataFrame(own, schema=schema, orient="row").write_parquet(path)
        paths.append(str(path))
    expected = {"TC": [[5.0], [6.0]], "UA": [[300.0], []]}
    for order in (paths, paths[::-1]):
        panels = panels_of(order, ["1-of-2", "2-of-2"])
        found = {
            marker: [own.collect().get_column("value").to_list() for own in buckets]
            for marker, buckets in by_marker(panels, {"TC", "UA", "LDL"})
        }
        assert found == expected
