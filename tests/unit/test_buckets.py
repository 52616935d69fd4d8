"""Buckets of persons: by CRC-32, whose check value is published (Williams 1993: 123456789)."""

import polars as pl
from labcohort.buckets import bucket_of


def test_a_persons_bucket_is_the_crc_of_the_pseudonym_modulo_their_number():
    persons = pl.Series(["123456789", None, "123456789"])
    assert bucket_of(persons, 1000).to_list() == [0xCBF43926 % 1000, 0, 0xCBF43926 % 1000]


def test_of_one_bucket_all_are_in_it():
    assert bucket_of(pl.Series(["p1", "p2", None]), 1).to_list() == [0, 0, 0]
