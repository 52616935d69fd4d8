"""What a job's result depends on besides its input: code, packages, raw bytes.

Snakemake sees none of it (an imported module that changes reruns nothing), so each job carries
it in the JSON that is its one `params`.
"""

import ast
import hashlib
import json
import platform
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from labcohort.memory import Memory

# the roots from which the workflow's own modules are imported
OWN_PACKAGES = ("labcohort", "schemas")
# import name -> distribution, where the two differ
DISTRIBUTIONS = {"yaml": "pyyaml", "python_calamine": "python-calamine", "docx": "python-docx"}
# hex digits that tell two versions of one module apart
SHORT = 8
# nodes that may begin with a docstring
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def canonical_json(value: object) -> str:
    """One text per value: sorted keys, no blanks. Snakemake compares params as text."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def digest(data: bytes | str) -> str:
    """SHA-256, first 16 hex digits: enough to tell versions of one file apart."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()[:16]


def file_digest(path: Path, memory: Memory) -> str:
    """Digest of a file's bytes; remembered by size, mtime, ctime and inode.

    An older file copied over it (`cp -p`, `rsync -a`) keeps an old mtime but not ctime.
    """
    stat = path.stat()
    key = f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ctime_ns}-{stat.st_ino}"

    def read() -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]

    return memory.recall("files", str(path), key, read)


class Code:
    """The workflow's own modules below `home`, read as text and never imported."""

    def __init__(self, home: Path, memory: Memory):
        self.memory = memory
        self._paths = _modules_below(home / "workflow", home)
        self._facts: dict[str, dict] = {}
        self._parents: dict[str, list[str]] = {}
        self._versions: dict[tuple, dict[str, dict[str, str]]] = {}

    def versions(self, *modules: str, files: tuple[Path, ...] = ()) -> dict[str, dict[str, str]]:
        """What tells versions of the code apart: `modules` -> short digest, of these and all they
        import from here; `packages` -> version, of all others and of Python; `files` of ours that
        they read (templates) -> short digest."""
        if (modules, files) not in self._versions:
            own, foreign = self.closure(*modules)
            packages = {name: _version(name) for name in foreign}
            self._versions[modules, files] = {
                "modules": {name: self._read(name)["digest"][:SHORT] for name in own},
                "packages": {"python": platform.python_version()} | packages,
                "files": {path.name: digest(path.read_bytes())[:SHORT] for path in files},
            }
        return self._versions[modules, files]

    def closure(self, *modules: str) -> tuple[set[str], set[str]]:
        """Own modules and foreign packages that `modules` import, directly or not."""
        own: set[str] = set()
        foreign: set[str] = set()
        waiting = [m for name in modules for m in self._with_parents(name)]
        while waiting:
            name = waiting.pop()
            if name in own:
                continue
            own.add(name)
            for imported in self._read(name)["imports"]:
                top = imported.split(".")[0]
                if top in OWN_PACKAGES:
                    waiting += self._with_parents(imported)
                elif top not in sys.stdlib_module_names:
                    foreign.add(top)
        return own, foreign

    def modules(self, package: str) -> list[str]:
        """Names of the modules of a package that are imported by name at run time."""
        folder = self._paths[package].parent
        return [f"{package}.{path.stem}" for path in sorted(folder.glob("[a-z]*.py"))]

    def _with_parents(self, name: str) -> list[str]:
        """`a.b.c` as the modules that importing it runs: a, a.b and, if it is one, a.b.c."""
        if name not in self._parents:
            parts = name.split(".")
            names = (".".join(parts[:i]) for i in range(1, len(parts) + 1))
            self._parents[name] = [n for n in names if n in self._paths]
        return self._parents[name]

    def _read(self, name: str) -> dict:
        """Imports and digest of one module; a namespace package without a file has neither."""
        if name not in self._facts:
            path = self._paths[name]
            stat = path.stat()
            key = f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ctime_ns}-{sys.hexversion}"
            self._facts[name] = self.memory.recall(
                "code", str(path), key, lambda: _facts(path.read_text("utf-8"))
            )
        return self._facts[name]


def _modules_below(*roots: Path) -> dict[str, Path]:
    """Name and file of each module that is imported from `roots`, the first of two of one name."""
    found = {}
    for root in roots:
        packages = (path for name in OWN_PACKAGES for path in (root / name).rglob("*.py"))
        for path in (*packages, *root.glob("__main__.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found.setdefault(".".join(parts).removesuffix(".__init__"), path)
    return found


@cache
def _version(package: str) -> str:
    return version(DISTRIBUTIONS.get(package, package))


def _facts(source: str) -> dict:
    """What a module imports, and a digest of its syntax tree without comments and docstrings."""
    imports: set[str] = set()
    said: list[str] = []
    _say(ast.parse(source), said, imports)
    return {"imports": sorted(imports), "digest": digest("\n".join(said))}


def _say(node: object, said: list[str], imports: set[str]) -> None:
    """Add a node and all below it to `said`, as one text each, and what it imports to `imports`."""
    if isinstance(node, list):
        said.append(f"{len(node)} of")
        for each in node:
            _say(each, said, imports)
        return
    if not isinstance(node, ast.AST):
        said.append(repr(node))
        return
    said.append(type(node).__name__)
    if isinstance(node, ast.Import):
        imports.update(alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            raise ValueError("imports within labcohort are absolute: provenance follows names")
        # `from package import name`: the name may be a module of its own
        imports.add(node.module)
        imports.update(f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, DOCUMENTED) and _is_text(node.body[:1]):
        del node.body[0]
    for field in node._fields:
        # whether a name is read or set its place tells
        if field != "ctx":
            _say(getattr(node, field), said, imports)


def _is_text(body: list[ast.stmt]) -> bool:
    """Whether what a body begins with is a docstring."""
    return any(
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
        for first in body
    )
