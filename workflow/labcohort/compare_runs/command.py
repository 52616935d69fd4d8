"""The command: say what two runs printed differently, and what they were made of."""

import sys
from pathlib import Path

from labcohort.compare_runs.folders import read_run
from labcohort.compare_runs.words import in_words
from labcohort.errors import UserError

USAGE = "python workflow compare RESULTS_A RESULTS_B [--all]"


def compare(arguments: list[str]) -> int:
    """Print it; exit code 0 where no printed number differs, 1 where one does, 2 where nothing
    could be compared (as of `diff`)."""
    rest = [argument for argument in arguments if argument != "--all"]
    if len(rest) != 2 or any(argument.startswith("-") for argument in rest):
        print(f"usage: {USAGE}", file=sys.stderr)
        return 2
    try:
        old, new = (read_run(Path(argument)) for argument in rest)
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 2
    lines, differ = in_words(old, new, whole=len(rest) < len(arguments))
    print("\n".join(lines))
    return int(differ)
