"""The formulas of derived markers, a module a panel; importing one registers its formulas.

Nothing is imported here: a job imports the modules of the formulas it uses and reruns for these.
`mg_per_dl` holds no formula but the units that several of them share.
"""
