"""Which like jobs of a stage share a process: its start costs more than most of them."""

from collections.abc import Sequence


def batches(names: Sequence[str], size: int) -> dict[str, list[str]]:
    """`names` in their order, at most `size` in a batch; each batch with a name for its log.

    All in one batch are "all", and one alone is called as it is.
    """
    parts = [list(names[i : i + size]) for i in range(0, len(names), size)]
    if len(parts) == 1:
        return {"all": parts[0]}
    return {
        part[0] if size == 1 else f"{number}_of_{len(parts)}": part
        for number, part in enumerate(parts, 1)
    }
