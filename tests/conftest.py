"""What every test may ask for; and no test may reach anything but this machine."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import settings

from github import GitHub
from hosting import Host
from killer import Killer
from loopback import Loopback
from running import Place, provider, well

if TYPE_CHECKING:  # slow to import, and few tests need a browser
    from playwright.sync_api import Browser

    from browsing import Open, Served
    from crawler.catalogue import Catalogue
    from lives import Life

# Nothing is kept between runs: a failure prints its example, which then becomes a plain test.
settings.register_profile("local", max_examples=100, deadline=None, database=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def _only_this_machine(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect" or not isinstance(args[1], tuple):
        return
    host = str(args[1][0]).partition("%")[0]
    if host != "localhost" and not ip_address(host or "127.0.0.1").is_loopback:
        raise AssertionError(f"a test tried to reach {args[1]}")


sys.addaudithook(_only_this_machine)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --rewrite, which writes down what platforms read today as what is expected."""
    parser.addoption(
        "--rewrite", action="store_true", help="rewrite tests/platforms/**/expected.json"
    )


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, because some tests wait."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether expectations are to be written instead of compared."""
    return bool(request.config.getoption("--rewrite"))


@pytest.fixture
def now() -> int:
    """The moment at which tests happen: 2026-11-22T11:00:00Z."""
    return 1_795_345_200


@pytest.fixture
def net() -> Iterator[Loopback]:
    """An internet of our own, with no host in it yet."""
    with Loopback() as made:
        yield made


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A GitHub of our own, with one repository in it; the package says what it can do."""
    with GitHub() as made:
        yield made


@pytest.fixture
def host() -> Iterator[Host]:
    """A static host that serves nothing yet."""
    with Host() as made:
        yield made


@pytest.fixture
def behind(net: Loopback, monkeypatch: pytest.MonkeyPatch) -> Loopback:
    """The same, with this process's environment pointing at it."""
    for name, value in net.env.items():
        monkeypatch.setenv(name, value)
    # Python's ssl prefers neither, but a folder of real authorities must not rescue a client.
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return net


@pytest.fixture(scope="session")
def forks() -> Iterator[Killer]:
    """A process from which runs are forked, so that each starts at once."""
    with Killer() as made:
        yield made


@pytest.fixture
def make(tmp_path: Path, net: Loopback, forks: Killer) -> Callable[..., Place]:
    """A place with providers of these names, all well, behind a network whose control works."""

    def made(*names: str, **providers: str) -> Place:
        net.control()
        well(net, *(f"{one}.test" for one in names))
        texts = {**{one: provider(one) for one in names}, **providers}
        place = Place(tmp_path / "place", net.env, **texts)
        place.forks = forks
        return place

    return made


@pytest.fixture
def catalogue() -> "Catalogue":
    """The world of `life`: one provider of one service. A file whose world is larger has its own
    fixture of this name."""
    from lives import world

    return world()


@pytest.fixture
def life(tmp_path: Path, catalogue: "Catalogue") -> "Iterator[Life]":
    """The data folder of a world, before its first run."""
    from lives import Life

    with Life(tmp_path / "data", catalogue) as made:
        yield made


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A small content folder that is right, without articles."""
    from folders import write

    (tmp_path / "content" / "articles").mkdir(parents=True)
    return write(tmp_path / "content")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A history of two runs of that folder's page."""
    from lives import START, Life, incident, reading

    with Life(tmp_path / "data") as life:
        life.run(START, {"acme": reading(incident())})
        life.run(START + 300, {"acme": reading(incident(title="Edited"))})
    return tmp_path / "data"


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes something at a path, in the first worker that asks; all workers have it in common."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, make: Callable[[Path], object]) -> Path:
        with (common / f"{name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            if not (common / name).exists():
                make(common / f"{name}.half")
                (common / f"{name}.half").rename(common / name)
        return common / name

    return made


@pytest.fixture(scope="session")
def files(once: Callable[..., Path]) -> dict[str, bytes]:
    """The site of the invented days, with every figure that a page can show."""

    def make(path: Path) -> None:
        import boards
        from crawler import site
        from lives import REPOSITORY, simulated

        board = boards.filled(simulated())
        found = site.build(board, REPOSITORY / "content", REPOSITORY / "site_templates")
        path.write_bytes(msgspec.msgpack.encode(found))

    return msgspec.msgpack.decode(once("files", make).read_bytes(), type=dict[str, bytes])


@pytest.fixture(scope="session")
def built(once: Callable[..., Path]) -> Path:
    """The folder of the site that `whosdown demo` builds."""

    def make(out: Path) -> None:
        from lives import REPOSITORY, START

        line = [sys.executable, "-m", "crawler", "demo", "--out", str(out), "--now", str(START)]
        subprocess.run(line, cwd=REPOSITORY, check=True, capture_output=True, timeout=200)

    return once("demo", make)


@pytest.fixture
def served(files: dict[str, bytes]) -> "Iterator[Served]":
    """That site on a server of its own."""
    from browsing import serve

    with serve(files) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One real browser for the tests of a file; while it runs, its thread has an event loop."""
    from browsing import browse

    with browse() as found:
        yield found


@pytest.fixture
def visit(browser: "Browser", served: "Served", net: Loopback) -> "Iterator[Open]":
    """Opens windows of that browser, a minute after the site was built."""
    from browsing import Visitor
    from lives import MINUTE, START

    made: list[Visitor] = []

    def opened(**options: object) -> Visitor:
        made.append(Visitor(browser, served, net, START + MINUTE, **options))
        return made[-1]

    yield opened
    for one in made:
        one.close()
