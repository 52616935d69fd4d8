"""The revision of the workflow that is at work, by git."""

import subprocess
from pathlib import Path

# what of a checkout the results depend on: a study's own directory may lie in it, too
PARTS = ("Snakefile", "workflow", "schemas", "resources", "requirements.lock")


def revision(home: Path) -> dict[str, str | bool | None]:
    """`revision`, the commit that is checked out in `home`, and whether tracked files of the
    workflow are `modified`; null where there is no git, or `home` is no repository of its own."""
    none = {"revision": None, "modified": None}
    root = _git(home, "rev-parse", "--show-toplevel")
    # a copy inside another repository is of no commit there that says anything
    if root is None or Path(root.strip()) != home:
        return none
    commit = _git(home, "rev-parse", "HEAD")
    changed = _git(home, "status", "--porcelain", "--untracked-files=no", "--", *PARTS)
    if commit is None or changed is None:
        return none
    return {"revision": commit.strip(), "modified": bool(changed.strip())}


def _git(home: Path, *arguments: str) -> str | None:
    """What git says, None where it fails or is not there."""
    command = ["git", "-C", str(home), "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
