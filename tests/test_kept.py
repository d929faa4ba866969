"""A build that takes over what stands: the bytes of a cold build, whatever happened in between."""

import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pytest
from msgspec import structs

from crawler import site
from crawler.catalogue import Catalogue, ErrorCode, Probe
from crawler.model import Component, Incident, Level, Maintenance, Reading
from crawler.site import articles, kept, pages, templating
from crawler.site.board import Board
from crawler.times import DAY, human
from crawler.uptime import Figure, Tally
from lives import HOUR, MINUTE, REPOSITORY, START, Life, incident, provider, reading, service, world
from running import tree

TEMPLATES = REPOSITORY / "site_templates"
NAMES = ("acme", "cloud", "other")
REASONS = ("timeout", "http_403", "not_json")


def full_world() -> Catalogue:
    """Services that show whatever a page can show: upstreams, errors, regions, checks of ours."""
    errors = [
        ErrorCode(code, f"Error {code}", fault, "yes", "It failed.", "https://docs.test/errors")
        for code, fault in (("429", "you"), ("503", "upstream"))
    ]
    probe = Probe("https://api.test/", [401])
    acme = service("acme", upstreams=["cloud"], errors=errors, probe=probe, regions=["eu", "us"])
    cloud = service("cloud", errors=errors, mentions=["Cloud"])
    hidden = service("hidden", upstreams=["acme", "cloud"], probe=probe)
    return world(
        provider("acme", acme, service("acme-two", components=["c1"])),
        provider("cloud", cloud),
        provider("other", service("other", upstreams=["hidden"])),
        provider("hidden", hidden, page=False),
    )


@pytest.fixture
def content(tmp_path: Path) -> Path:
    (tmp_path / "content" / "articles").mkdir(parents=True)
    head = '+++\ntitle = "A guide"\ndek = "For all"\nservice = "acme"\n+++\n'
    article = tmp_path / "content" / "articles" / "one.md"
    live = "{{ card('acme') }}\n\n{{ alternatives('acme', 'other') }}\n\n{{ programs('acme') }}\n"
    settings = "{{ site.name }} counts for {{ validity }}.\n"
    article.write_text(f"{head}## Now\n\n{live}\n{settings}", encoding="utf-8")
    return tmp_path / "content"


def cold(board: Board, content: Path) -> dict[str, bytes]:
    return site.build(board, content, TEMPLATES)


def changed(dice: random.Random, known: dict[str, Incident]) -> None:
    """One incident more, or an earlier one with other words or at its end."""
    if known and dice.random() < 0.6:
        key = dice.choice([*known])
        old = known[key]
        open_ = old.open and dice.random() < 0.5
        known[key] = incident(key, f"{old.title}!", open=open_, started=old.started_at or START)
    else:
        key = f"i{len(known)}"
        known[key] = incident(key, f"Trouble {key}", impact=dice.choice([*Level][:4]))


def told(dice: random.Random, known: Mapping[str, Incident]) -> Reading | str:
    """What a page says in one run, or why it could not be read."""
    if dice.random() < 0.15:
        return dice.choice(REASONS)
    level = dice.choice((*[Level.NONE] * 5, *Level))
    parts = (
        Component("c1", "API", level),
        Component("c2", dice.choice(("Console", "Desk")), Level.NONE),
    )
    return reading(*known.values(), components=parts)


def disturb(dice: random.Random, out: Path) -> None:
    """What may happen to a site between two builds."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    index = out.with_name(f".{out.name}.kept")
    match dice.randrange(8):
        case 0:
            dice.choice(files).unlink()
        case 1:
            victim = dice.choice(files)
            victim.unlink()
            victim.write_bytes(b"touched")
        case 2:
            index.write_bytes(b"\x93nonsense")
        case 3:
            index.unlink()
        case _:
            pass


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.soak)])
def test_a_series_of_builds_gives_the_bytes_of_cold_ones(
    seed: int, content: Path, tmp_path: Path
) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    out, now = tmp_path / "site", START
    known: dict[str, dict[str, Incident]] = {name: {} for name in NAMES}
    with Life(tmp_path / "data", full_world()) as life:
        for number in range(10):
            # Mostly the next run; sometimes the day ends, or the same moment is built again.
            now += dice.choice((10 * MINUTE, 10 * MINUTE, 10 * MINUTE, 13 * HOUR, 0))
            if dice.random() < 0.5:
                changed(dice, known[dice.choice(NAMES)])
            said = {name: told(dice, one) for name, one in known.items()}
            probes = {name: dice.choice(("ok", "fail")) for name in ("acme", "hidden")}
            if now > START + number:
                life.run(now, said, probes=probes, blind=dice.random() < 0.1)
                life.store.time([(now, {name: dice.randrange(900) for name in NAMES})])
            board = life.board(now)
            site.write(board, content, out, {})

            assert tree(out) == dict(sorted(cold(board, content).items())), f"build {number}"
            disturb(dice, out)


def test_a_run_that_finds_nothing_new_renders_only_pages_whose_figures_move(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, rendered = tmp_path / "site", []
    render = jinja2.Template.render

    def noted(page: jinja2.Template, *given: dict[str, object]) -> str:
        rendered.append(page.name)
        return render(page, *given)

    over = incident("i1", "Trouble", open=False, started=START - HOUR)
    with Life(tmp_path / "data", full_world()) as life:
        for number in range(4):  # a second reading settles what the first one said
            life.run(now := START + number * 10 * MINUTE, {"acme": reading(over)})
            life.store.time([(now, {"other": 100 + number})])
            site.write(life.board(now), content, out, {})
        monkeypatch.setattr(jinja2.Template, "render", noted)
        life.run(now := now + 10 * MINUTE, {"acme": reading(over)})
        life.store.time([(now, {"other": 900})])
        past = next((out / "incident").rglob("index.html"))
        before = past.stat().st_ino
        board = life.board(now)
        site.write(board, content, out, {})

    counts = [rendered.count(f"{kind}.html") for kind in ("service", "incident", "error")]
    assert counts == [2, 0, 0], "only the two services of the page with an incident"
    assert past.stat().st_ino == before, "what is over has no clock in it"
    page = (out / "service" / "other" / "index.html").read_text("utf-8")
    assert f'data-checked="{now}"' in page
    assert human(now) in page
    assert "answered us in" in page
    rendered.clear()
    assert tree(out) == dict(sorted(cold(board, content).items()))
    assert rendered.count("service.html") == 5


def variants(board: Board) -> Iterator[Board]:
    """The same board with one thing another, of its first service or of all."""
    row = board.rows[0]
    series = row.uptime.headline
    assert series is not None
    days = dict.fromkeys(series.days, Tally(86_400, 86_400, 0, 0, 7_200))
    figures = dict.fromkeys(series.figures, Figure("1", "2", "3", "4", 9_000, "1% (coverage 90%)"))
    measured = "reported" if row.uptime.reported is series else "observed"
    told: tuple[Any, ...] = (
        *({"headline": "Else"}, {"since": START - 5}, {"read_at": START - 5}, {"basis": "none"}),
        *({"valid_until": START + 5}, {"flags": ("unstable",)}, {"confidence": "stale"}),
        *({"evidence": ()}, {"upstreams": ()}, {"level": Level.CRITICAL}, {"who": "upstream"}),
        *({"answer": "yes"}, {"last_known": Level.MAJOR}),
    )
    rows = [replace(row, verdict=replace(row.verdict, **one)) for one in told]
    counted: Any = ({"days": days}, {"figures": figures})
    for one in counted:
        own: Any = {measured: replace(series, **one)}
        rows.append(replace(row, uptime=replace(row.uptime, **own)))
    fields: tuple[Any, ...] = (
        *({"components": (Component("c1", "Else", Level.NONE),)}, {"latency_ms": 7}),
        *({"recent": ()}, {"open": ()}, {"incidents_30d": 77}, {"page_url": "https://else.test"}),
        *({"service": structs.replace(row.service, name="Else")}, {"provider": "other"}),
        {"maintenances": (Maintenance(id="m", title="Works", phase="scheduled"),)},
    )
    rows += [replace(row, **one) for one in fields]
    yield from (replace(board, rows=(one, *board.rows[1:])) for one in rows)
    yield _naming(board)
    later = [replace(one, duration=7) if one.record.incident.open else one for one in board.stories]
    boards: tuple[Any, ...] = (
        *({"validity": 600}, {"version": "9"}, {"simulated": True}, {"ran_at": START + 600}),
        *({"blind": True}, {"ran_at": None}, {"stories": tuple(later)}),
        {"at": START + 45 * DAY},  # another year: times of this one say theirs
        {"site": structs.replace(board.site, name="Else")},
        {"sources": tuple(replace(one, platform="aws") for one in board.sources)},
    )
    yield from (replace(board, **one) for one in boards)


def _naming(board: Board) -> Board:
    """The board on which every incident names services upstream."""
    told = {one.path: replace(one, upstreams=one.services) for one in board.stories}
    rows = [
        replace(
            row,
            open=tuple(told[one.path] for one in row.open),
            recent=tuple(told[one.path] for one in row.recent),
        )
        for row in board.rows
    ]
    return replace(board, rows=tuple(rows), stories=tuple(told.values()))


def test_whatever_a_page_shows_renders_it_again_when_that_alone_changes(
    content: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    with Life(tmp_path / "data", full_world()) as life:
        for now, cloud in ((START - 600, reading()), (START, "timeout")):
            past, present = incident("i0", open=False, started=START - HOUR), incident("i1")
            told = {"acme": reading(past, present), "cloud": cloud}
            life.run(now, told, probes={"acme": "ok"})
        board = life.board(START)
    site.write(board, content, out, {})

    for number, other in enumerate(variants(board)):
        guides = articles.load(content, other)
        again = articles.load(content, other, kept.Kept(out))
        assert again == guides, number
        assert [one.body for one in again] == [one.body for one in guides], number
        taken = pages.render(other, guides, TEMPLATES, (), kept.Kept(out))
        assert taken == pages.render(other, guides, TEMPLATES), number


def test_a_moment_that_is_the_run_by_chance_stays_when_the_run_moves(
    content: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    with Life(tmp_path / "data", full_world()) as life:
        for number in range(3):
            now = START + number * 10 * MINUTE
            # It begins in the very second in which the first run asks.
            life.run(now, {"acme": reading(incident("i1", started=START))})
            board = life.board(now)
            site.write(board, content, out, {})

            assert tree(out) == dict(sorted(cold(board, content).items()))


def test_other_words_in_a_template_render_every_page_again(content: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    own = tmp_path / "site_templates"
    shutil.copytree(TEMPLATES, own)
    with Life(tmp_path / "data", full_world()) as life:
        life.run(START)
        board = life.board(START)
        site.write(board, content, out, {})
        error = own / "error.html"
        error.write_text(error.read_text("utf-8").replace("What next", "And then"), "utf-8")
        site.write(board, content, out, {})

    page = out / "errors" / "acme" / "429" / "index.html"
    assert "And then" in page.read_text("utf-8")


def test_another_process_compiles_only_the_templates_that_changed(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, own, made = tmp_path / "site", tmp_path / "site_templates", []
    shutil.copytree(TEMPLATES, own)
    compiled = jinja2.Environment.compile

    def noted(env: jinja2.Environment, source: Any, name: Any = None, *given: Any) -> Any:
        made.append(name)
        return compiled(env, source, name, *given)

    monkeypatch.setattr(jinja2.Environment, "compile", noted)
    with Life(tmp_path / "data", full_world()) as life:
        for number, expected in enumerate(({"base.html", "guide.html"}, set(), {"about.html"})):
            monkeypatch.setattr(templating, "_COMPILED", {})  # what a process remembers
            if number == 2:
                about = own / "about.html"
                about.write_text(about.read_text("utf-8").replace("</h1>", "!</h1>"), "utf-8")
            life.run(now := START + number * 10 * MINUTE)
            site.write(life.board(now), content, out, {})

            assert expected <= {*made}, number
            assert number == 0 or {*made} == expected
            made.clear()
    assert "!</h1>" in (out / "about" / "index.html").read_text("utf-8")
