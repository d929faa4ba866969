"""Who may import whom, touch the network, read the clock, speak SQL; and how large things get.

A file that does not exist yet breaks no rule; a room that the table does not know breaks one.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
FLOORS = {
    1: {"model", "errors", "text", "times", "address", "cadence"},
    2: {"wire", "catalogue", "lines", "toml", "uptime", "records"},
    3: {"memory", "scope"},
    4: {
        *("content", "fetch", "github", "platforms", "robots", "journal"),
        *("facts", "messages", "streak", "upstream"),
    },
    5: {"store", "judge", "verdict", "announced", "changes", "early"},
    6: {"conclude", "hear", "saved", "simulate", "check", "visit", "doctor"},
    7: {"crawl", "discover", "site", "progress", "serve", "alerts", "deploy", "exits"},
    8: {"cli", "__main__"},
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
FILES = sorted((REPOSITORY / "crawler").rglob("*.py"))
MODULE_LINES = 250
FUNCTION_LINES = 40

NETWORK = re.compile(
    r"(httpx|httpx2|httpcore|socket|socketserver|ssl|urllib\.request|http\.client|http\.server"
    r"|requests|aiohttp|anyio|ftplib|smtplib|apprise)\b"
)
CLOCK = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    "datetime.date.today",
}
STOPWATCH = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv"}
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|REPLACE\s+INTO"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|VIEW|TRIGGER|(UNIQUE\s+)?INDEX)|PRAGMA\s|BEGIN\s+IMMEDIATE|VACUUM)\b",
    re.DOTALL,
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def room(path: Path) -> str:
    """The first name below crawler/: `judge`, or `site` for everything in site/."""
    return path.relative_to(REPOSITORY / "crawler").parts[0].removesuffix(".py")


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def outside(*rooms: str) -> list[Path]:
    """Every file of crawler/ that is in none of some rooms."""
    return [path for path in FILES if room(path) not in rooms]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each import as (line, dotted name): `from a import b` gives both a and a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name(path)}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def our_imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """Each import from a room of ours as (line, room, dotted name)."""
    for line, dotted in imports(path):
        parts = dotted.split(".")
        if parts[0] == "crawler" and len(parts) > 1 and parts[1] in FLOOR_OF:
            yield line, parts[1], dotted


def named(path: Path) -> Iterator[tuple[int, str]]:
    """Each imported name in use as (line, full dotted name), however the import renamed it."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            bound |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.lineno, f"{node.module}.{alias.name}"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            owner, _, rest = ast.unparse(node).partition(".")
            yield node.lineno, f"{bound.get(owner, owner)}.{rest}"


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[int, str, bool]]:
    """Each public function, class and method of a body as (line, name, has a docstring)."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.lineno, prefix + node.name, ast.get_docstring(node) is not None
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


@cache
def docstrings(path: Path) -> set[int]:
    """The identities of the constants that are docstrings."""
    return {
        id(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_every_module_has_a_floor() -> None:
    strangers = {room(path) for path in FILES} - {"__init__", *FLOOR_OF}

    assert not strangers, f"give these a floor in FLOORS: {sorted(strangers)}"


def test_imports_point_only_down() -> None:
    wrong = [
        f"{name(path)}:{line}: {room(path)} (floor {FLOOR_OF[room(path)]}) imports {dotted}"
        f" (floor {FLOOR_OF[other]})"
        for path in FILES
        if room(path) in FLOOR_OF
        for line, other, dotted in our_imports(path)
        if other != room(path)
        and FLOOR_OF[other] >= FLOOR_OF[room(path)]
        and (room(path), other) != ("__main__", "cli")
    ]

    assert not wrong, "\n".join(wrong)


def test_the_site_is_told_by_its_board_and_never_asks_the_store() -> None:
    wrong = [
        f"{name(path)}:{line}: {dotted}"
        for path in FILES
        if room(path) == "site"
        for line, other, dotted in our_imports(path)
        if other in {"store", "journal", "fetch"}
    ]

    assert not wrong, "\n".join(wrong)


def test_only_fetch_github_and_alerts_touch_the_network_and_serve_only_answers() -> None:
    wrong = [
        f"{name(path)}:{line}: {dotted}"
        for path in outside("fetch", "github")
        for line, dotted in imports(path)
        if (
            NETWORK.match(dotted)
            and not (room(path) == "serve" and dotted.startswith("http.server"))
            and not (room(path) == "alerts" and dotted.startswith("apprise"))
        )
        or (
            dotted.startswith("asyncio")
            and room(path) not in {"check", "crawl", "discover", "visit"}
        )
    ]

    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_reads_the_clock() -> None:
    wrong = [
        f"{name(path)}:{line}: {dotted}"
        for path in outside("cli")
        for line, dotted in named(path)
        if dotted in CLOCK
        or (dotted in STOPWATCH and room(path) not in {"fetch", "crawl", "visit", "alerts"})
    ]

    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_reads_the_environment() -> None:
    wrong = [
        f"{name(path)}:{line}: {dotted}"
        for path in outside("cli")
        for line, dotted in named(path)
        if dotted in ENVIRONMENT
    ]

    assert not wrong, "\n".join(wrong)


def test_only_the_store_knows_sql() -> None:
    modules = [
        f"{name(path)}:{line}: imports {dotted}"
        for path in outside("store")
        for line, dotted in imports(path)
        if dotted.split(".")[0] in {"sqlite3", "sqlite_utils"}
    ]
    words = [
        f"{name(path)}:{node.lineno}: {node.value[:40]!r}"
        for path in outside("store")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings(path)
        and SQL.search(node.value)
    ]

    assert not modules + words, "\n".join(modules + words)


def test_modules_are_short_enough_to_read_at_once() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    wrong = [f"{name(path)}: {size} lines" for path, size in sizes.items() if size > MODULE_LINES]

    assert not wrong, f"over {MODULE_LINES} lines:\n" + "\n".join(wrong)


def test_functions_are_short_enough_to_read_at_once() -> None:
    wrong = [
        f"{name(path)}:{node.lineno}: {node.name}: {length} lines"
        for path in FILES
        for node in functions(path)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]

    assert not wrong, f"over {FUNCTION_LINES} lines:\n" + "\n".join(wrong)


def test_every_public_name_says_what_it_is() -> None:
    modules = [f"{name(path)}: the module" for path in FILES if not ast.get_docstring(tree(path))]
    names = [
        f"{name(path)}:{line}: {what}"
        for path in FILES
        for line, what, told in public(tree(path).body)
        if not told
    ]

    assert not modules + names, "without a docstring:\n" + "\n".join(modules + names)


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("from crawler import store", [(1, "store", "crawler.store")]),
        ("import crawler.store.rows as r", [(1, "store", "crawler.store.rows")]),
        ("from crawler import __version__", []),
        ("def f():\n    from crawler.site.board import Board", [(2, "site", "crawler.site.board")]),
    ],
)
def test_no_way_to_write_an_import_escapes(
    source: str, caught: list[tuple[int, str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")

    assert list(our_imports(path))[: len(caught)] == caught
    assert bool(list(our_imports(path))) == bool(caught)


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "import time as t\nt.time()",
        "from time import time",
        "from datetime import datetime as D\nD.now()",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ndate.today()",
    ],
)
def test_no_way_to_read_the_clock_escapes(source: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")

    assert CLOCK & {dotted for _, dotted in named(path)}
