"""One adapter a job: main(paths, key, settings) reads, calls the library, checks, writes.

An adapter's LISTS names the paths that it takes as lists, its EACH those of which a batch of its
jobs has one a job, in the order of the jobs.
"""
