"""Words that say more than uncontrolled data can tell: where they stand in what people read."""

import ast
import csv
import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# of a change from baseline without a control group none of these is known
ENGLISH = re.compile(
    r"\b(effects?|effective\w*|efficac\w*|improv\w*|benefi\w*|respon(d|s(e|es|ive\w*))(s|ed|ing|er|ers)?"
    r"|reduc\w*|increas\w*|decreas\w*|caus\w*|led to|leads? to|leading to|due to|owing to"
    r"|thanks to|because of (the )?(treatment|therapy|infusion|cells)|result(s|ed|ing)? (of|from)"
    r" (the )?(treatment|therapy|infusion)|cure[sd]?|success\w*)\b",
    re.IGNORECASE,
)
CHINESE = re.compile(
    r"疗效|功效|效果|效应|有效|改善|获益|受益|好转|治愈|缓解|应答|导致|引起|造成|归因于|得益于|由于治疗"
    r"|降低了|减少了|升高了|提高了|增加了|促进"
)
# phrases that are no claim -> why they may stand
ALLOWED = {
    "effect size": "the statistician's name of a standardised change, which claims nothing",
    "effect sizes": "the same",
    "mildly decreased": "KDIGO's own name of GFR category G2: a level, not a change",
    "mildly to moderately decreased": "KDIGO's own name of G3a",
    "moderately to severely decreased": "KDIGO's own name of G3b",
    "severely decreased": "KDIGO's own name of G4",
    "is not an effect": "what regression_to_the_mean.csv says of a change by selection",
    "'significant improvement'": "a quotation of the publication, in scorecard.csv",
    "'significant decreasing trend'": "the same",
    "'correspondingly decreased'": "the same",
    "'marked effect'": "the same",
    "并非效应": "the Chinese of: is not an effect",
    "不是效应": "the same",
    "不能归因于": "the Chinese of: cannot be attributed to",
    "效应量": "the Chinese of effect size",
    "有效数字": "significant digits",
    "有效值": "values that are valid",
    "有效设定": "specifications that are valid",
}
_ALLOWED = re.compile("|".join(sorted(map(re.escape, ALLOWED), key=len, reverse=True)), re.I)
# the folders of results that may leave the site, and what people open in them
READ = ("tables", "figures", "report", "quality")
KINDS = (".csv", ".html", ".txt", ".svg", ".docx", ".xlsx")
SYNTHETIC = "SYNTHETIC"


class Found(NamedTuple):
    """A word where it should not be, with what stands around it."""

    where: str
    word: str
    around: str


def scanned(text: str, where: str) -> list[Found]:
    """The words of a text that claim, but for the phrases that are allowed."""
    # as long as before, so that what stands around is what is read
    masked = _ALLOWED.sub(lambda allowed: "\0" * len(allowed[0]), text)
    return [
        Found(where, hit[0], text[max(hit.start() - 40, 0) : hit.end() + 40])
        for words in (ENGLISH, CHINESE)
        for hit in words.finditer(masked)
    ]


def files(study: Path) -> list[Path]:
    """All that a run of the study has made for people to open, of what may leave the site."""
    results = study / "results"
    return sorted(
        path
        for folder in READ
        for path in (results / folder).glob("*")
        if path.suffix in KINDS and path.is_file()
    )


def text_of(path: Path) -> str:
    """The text that a person reads in a file."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as opened:
            parts = [name for name in sorted(opened.namelist()) if name.endswith(".xml")]
            return "\n".join(_without_tags(opened.read(name).decode("utf-8")) for name in parts)
    text = path.read_text("utf-8")
    if path.suffix == ".svg":
        # letters are drawn as paths, with their text in a comment
        text = re.sub(r"<!--(.*?)-->", r"\1\n", text, flags=re.DOTALL)
    return _without_tags(text) if path.suffix in (".html", ".svg") else text


def _without_tags(text: str) -> str:
    """What stands between the tags; a picture within a page has texts of its own."""
    text = re.sub(r"<(style|script)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL)
    # Word cuts a sentence into runs: what is within a paragraph is read as one
    text = re.sub(r"</(w:p|p|td|th|tr|li|h\d|text|si|t)>", "\n", text)
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def says_synthetic(path: Path) -> bool:
    """Whether a file of synthetic data says so: of a table of CSV in every line of it."""
    if path.suffix != ".csv":
        return SYNTHETIC in text_of(path)
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    columns = [name for name in (rows[0] if rows else {}) if name.casefold() == "synthetic"]
    return not rows or (bool(columns) and all(row[columns[0]] == SYNTHETIC for row in rows))


def said(package: Path) -> Iterator[tuple[str, str]]:
    """Where, and which English text, of each say(how, "…") of a package, templates included."""
    for path in sorted(package.rglob("*.py")):
        where = str(path.relative_to(package.parent))
        tree = ast.parse(path.read_text("utf-8"))
        # what a template says is read in the template
        passed_on = {id(n.body) for n in ast.walk(tree) if isinstance(n, ast.Lambda)}
        for node in ast.walk(tree):
            is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
            if is_call and id(node) not in passed_on:
                text = node.args[1] if len(node.args) > 1 else None
                if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                    raise ValueError(f"{where}, line {node.lineno}: say() of no literal text")
                yield f"{where}, line {node.lineno}", text.value
    for path in sorted(package.rglob("*.j2")):
        where = str(path.relative_to(package.parent))
        for quote, text in re.findall(r"\bsay\(\s*([\"'])(.+?)(?<!\\)\1", path.read_text("utf-8")):
            yield where, text.replace("\\" + quote, quote)
