"""One adapter a job: main(paths, key, settings) reads, calls the library, checks, writes.

An adapter's LISTS names the paths that it takes as lists; its FOLDERS those of which a batch of
its jobs has a list each, the files in the folder that is called as the job's key; its EACH those
of which a batch has one a job, in the order of the jobs.
"""
