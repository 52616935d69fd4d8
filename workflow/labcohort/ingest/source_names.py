"""What messages and reports call the files of a source."""


def shown_names(pattern: str, files: list[str]) -> dict[str, str]:
    """File -> what messages and reports call it; of a pattern its number in the order of names.

    Who sends a file a person names it after the person.
    """
    if files == [pattern]:
        return {pattern: pattern}
    return {file: f"{pattern} (file {n})" for n, file in enumerate(sorted(files), 1)}
