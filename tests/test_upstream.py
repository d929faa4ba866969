"""Whose outage is it? Five gates, each of which closes; and four outages that happened."""

from dataclasses import replace
from pathlib import Path

import pytest

from crawler import content, times, upstream
from crawler.model import Incident, Level, Reading, Update, Visit
from crawler.platforms import PLATFORMS
from crawler.upstream import State
from lives import HOUR, MINUTE, START, Life, incident, provider, reading, service, update, world

MENTIONS = ("Anthropic", "Claude")
CAUSE = incident("cause", "Elevated errors on Sonnet", started=START)
EFFECT = incident("effect", "Investigating Anthropic degradation", started=START + 29 * MINUTE)
UPSTREAM = State(Level.MAJOR, [CAUSE], Level.MAJOR, [CAUSE])
DEPENDENT = State(Level.MINOR, [EFFECT], Level.MINOR, [EFFECT])


def at(clock: str) -> int:
    moment = times.parse(clock)
    assert moment is not None
    return moment


def state(level: Level, *incidents: Incident, page: Level | None = None) -> State:
    return State(level, incidents, page or level, incidents)


def test_five_gates_passed_name_the_upstream() -> None:
    assert upstream.link(DEPENDENT, UPSTREAM, MENTIONS) == "named"
    assert upstream.flags({"anthropic": "named"}) == ("upstream_named:anthropic",)


def test_gate_1_the_pair_must_be_declared(tmp_path: Path) -> None:
    cloud = provider("cloud", service("cloud", mentions=["Cloud"]))
    for ups, who in (([], "them"), (["cloud"], "upstream")):
        catalogue = world(cloud, provider("app", service("app", upstreams=ups)))
        with Life(tmp_path / who, catalogue) as life:
            life.run(
                START + HOUR,
                {
                    "cloud": reading(incident("c", impact=Level.MAJOR)),
                    "app": reading(incident("a", "Waiting for Cloud", started=START + MINUTE)),
                },
            )
            verdicts = {row.service.id: row.verdict for row in life.board(START + HOUR).rows}
        assert verdicts["app"].who == who


@pytest.mark.parametrize(
    ("level", "link"),
    [("none", "at_risk"), ("unknown", "at_risk"), ("maintenance", "")],
)
def test_gate_2_the_dependent_must_be_in_trouble(level: str, link: str) -> None:
    assert upstream.link(replace(DEPENDENT, level=Level(level)), UPSTREAM, MENTIONS) == link


@pytest.mark.parametrize(
    "own",
    [
        incident("effect", "Elevated errors", started=START + MINUTE),
        incident("effect", "Anthropics are studied here", started=START + MINUTE),
        incident("effect", "Investigating Anthropic", open=False, started=START + MINUTE),
    ],
    ids=["another name", "part of a word", "closed"],
)
def test_gate_3_its_own_open_incident_must_name_the_upstream(own: Incident) -> None:
    dependent = State(Level.MINOR, [own], Level.MINOR, [own, EFFECT])

    assert upstream.link(dependent, UPSTREAM, MENTIONS) == "coincident"


def test_gate_3_the_name_may_stand_in_any_update() -> None:
    own = incident("effect", "Errors", started=START, updates=(update("u", "It is (claude)."),))

    assert upstream.link(state(Level.MINOR, own), UPSTREAM, MENTIONS) == "named"


@pytest.mark.parametrize("level", ["none", "unknown", "maintenance"])
def test_gate_4_the_page_of_the_upstream_must_be_in_trouble(level: str) -> None:
    well = replace(UPSTREAM, page_level=Level(level))

    assert upstream.link(DEPENDENT, well, MENTIONS) == "coincident"


def test_gate_4_the_upstream_must_have_an_open_incident() -> None:
    over = incident("cause", open=False)

    assert upstream.link(DEPENDENT, replace(UPSTREAM, page_incidents=()), MENTIONS) == "coincident"
    assert upstream.link(DEPENDENT, replace(UPSTREAM, page_incidents=[over]), MENTIONS) != "named"


@pytest.mark.parametrize(
    ("later", "link"),
    [
        (0, "named"),
        (24 * HOUR, "named"),
        (24 * HOUR + 1, "coincident"),
        (-1, "coincident"),
        (None, "coincident"),
    ],
)
def test_gate_5_the_upstream_must_have_begun_first_and_within_a_day(
    later: int | None,
    link: str,
) -> None:
    began = None if later is None else START + later
    own = replace(EFFECT, started_at=began)

    assert upstream.link(state(Level.MINOR, own), UPSTREAM, MENTIONS) == link


def test_gate_5_an_upstream_without_a_start_proves_nothing() -> None:
    cause = replace(CAUSE, started_at=None)

    assert upstream.link(DEPENDENT, state(Level.MAJOR, cause), MENTIONS) == "coincident"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Rendering is slow", False),
        ("Prerender and render-farm", True),
        ("Our host, Render, has an outage", True),
        ("RENDER: outage", True),
        ("surrender", False),
        ("render_farm", False),
    ],
)
def test_only_whole_words_name_an_upstream(words: str, named: bool) -> None:
    own = incident("effect", words, started=START + MINUTE)

    found = upstream.link(state(Level.MINOR, own), UPSTREAM, ("Render", "render.com"))

    assert (found == "named") == named


def test_failed_to_render_does_not_name_the_service_render_of_our_catalogue() -> None:
    repository = Path(__file__).parent.parent
    services = content.load(repository / "content", PLATFORMS).services()
    mentions = next(one.mentions for _, one in services if one.id == "render")
    words = incident("effect", "The dashboard failed to render", started=START + MINUTE)
    host = incident("effect", "Our hosting on Render.com is down", started=START + MINUTE)

    assert mentions
    assert upstream.link(state(Level.MINOR, words), UPSTREAM, tuple(mentions)) == "coincident"
    assert upstream.link(state(Level.MINOR, host), UPSTREAM, tuple(mentions)) == "named"


@pytest.mark.parametrize("mention", ["c++", "a.b", "(x)", "["])
def test_a_mention_is_a_name_and_no_pattern(mention: str) -> None:
    own = incident("effect", f"Trouble at {mention} today", started=START + MINUTE)

    assert upstream.link(state(Level.MINOR, own), UPSTREAM, (mention,)) == "named"
    other = incident("effect", "Trouble at axb today", started=START + MINUTE)
    assert upstream.link(state(Level.MINOR, other), UPSTREAM, (mention,)) == "coincident"


@pytest.mark.parametrize("level", ["minor", "unknown", "none", "maintenance"])
def test_an_upstream_with_less_than_a_partial_outage_is_not_mentioned_unless_named(
    level: str,
) -> None:
    quiet = incident("effect", "Errors", started=START)

    assert upstream.link(state(Level.MINOR, quiet), state(Level(level)), MENTIONS) == ""


def test_flags_are_read_back_as_they_were_written() -> None:
    links = {"b": "named", "a": "named", "c": "coincident", "d": "at_risk", "e": ""}

    assert upstream.flags(links) == ("upstream_named:a,b", "upstream_issue:c", "upstream_at_risk:d")
    assert upstream.parse(("unstable", *upstream.flags(links))) == {
        k: v for k, v in links.items() if v
    }


def test_an_upstream_whose_reading_is_too_old_is_not_said_to_be_in_trouble(tmp_path: Path) -> None:
    dependent = provider("acme", service("acme", upstreams=["cloud", "other"]))
    with Life(tmp_path, world(dependent, provider("cloud"), provider("other"))) as life:
        bad = {one: reading(incident(impact=Level.CRITICAL)) for one in ("cloud", "other")}
        life.run(START, bad)
        life.run(START + 30 * MINUTE, {**bad, "cloud": "timeout"})
        life.run(START + 50 * MINUTE, blind=True)
        before, after = (life.board(START + n * MINUTE).rows[0].verdict for n in (40, 50))

    assert before.flags == ("upstream_at_risk:cloud,other", "blind_run")
    assert after.flags == ("upstream_at_risk:other", "blind_run")
    assert [(one.level, one.link) for one in after.upstreams] == [
        (Level.UNKNOWN, ""),
        (Level.CRITICAL, "at_risk"),
    ]


def test_two_services_of_one_page_never_blame_each_other(tmp_path: Path) -> None:
    pair = world(
        provider("acme", service("api", mentions=["API"]), service("chat", upstreams=["api"])),
    )
    with Life(tmp_path, pair) as life:
        told = (
            incident("i1", "API is down", impact=Level.MAJOR),
            incident("i2", "Chat waits for the API", started=START + MINUTE),
        )
        life.run(START + HOUR, {"acme": reading(*told)})
        verdicts = {row.service.id: row.verdict for row in life.board(START + HOUR).rows}

    assert verdicts["chat"].who == "them"
    assert [one.link for one in verdicts["chat"].upstreams] == ["coincident"]


def test_the_words_that_name_an_upstream_and_what_began_there_first_are_the_evidence(
    tmp_path: Path,
) -> None:
    cloud = provider("cloud", service("cloud", mentions=["Cloud"]))
    catalogue = world(cloud, provider("app", service("app", upstreams=["cloud"])))
    written = START + 20 * MINUTE
    said = (update("u2", "We see errors.\nOur host Cloud has an outage.", written),)
    waits = incident("a", "Requests fail", started=START + MINUTE, updates=said)
    with Life(tmp_path, catalogue) as life:
        pages = {
            "cloud": reading(incident("c", "Disks are lost", impact=Level.MAJOR)),
            "app": reading(waits),
        }
        life.run(START + HOUR, pages)
        verdicts = {row.service.id: row.verdict for row in life.board(START + HOUR).rows}
        over = pages | {"cloud": reading(incident("c", "Disks are lost", open=False))}
        life.run(START + 2 * HOUR, over)
        later = {row.service.id: row.verdict for row in life.board(START + 2 * HOUR).rows}

    found = [one for one in verdicts["app"].evidence if one.kind == "upstream"]
    assert [(one.who, one.what, one.at) for one in found] == [
        ("App", "Names Cloud: “Our host Cloud has an outage.”", written),
        ("Cloud", "Disks are lost", START),
    ]
    assert [one.kind for one in verdicts["cloud"].evidence if one.kind == "upstream"] == []
    assert (later["app"].who, "upstream" in {one.kind for one in later["app"].evidence}) == (
        "them",
        False,
    )


def test_who_has_the_problem_changes_with_news_and_not_with_a_run_that_read_nothing(
    tmp_path: Path,
) -> None:
    cloud = provider("cloud", service("cloud", mentions=["Cloud"]))
    catalogue = world(cloud, provider("app", service("app", upstreams=["cloud"])))
    pages = {
        "cloud": reading(incident("c", "Disks are lost", impact=Level.MAJOR), word=Level.MAJOR),
        "app": reading(incident("a", "Cloud is down", started=START + MINUTE), word=Level.MINOR),
    }
    whose = {}
    with Life(tmp_path, catalogue) as life:
        for minute, said, blind in (
            (10, pages, False),
            (20, pages, True),
            (30, pages | {"cloud": "timeout"}, False),
            (40, pages | {"cloud": "timeout", "app": "timeout"}, False),
            (54, pages | {"cloud": "timeout"}, False),
            (56, pages | {"cloud": "timeout"}, False),  # 46 minutes after its last reading
        ):
            now = START + minute * MINUTE
            life.run(now, said, blind=blind)
            verdicts = {row.service.id: row.verdict for row in life.board(now).rows}
            whose[minute] = (verdicts["app"].who, verdicts["app"].level)
            if minute == 20:
                assert verdicts["app"].flags == ("upstream_named:cloud", "blind_run")
                assert "upstream" in {one.kind for one in verdicts["app"].evidence}

    assert whose == {
        **dict.fromkeys((10, 20, 30, 40, 54), ("upstream", Level.MINOR)),
        56: ("them", Level.MINOR),
    }


def test_a_message_that_named_the_cause_counts_on_when_the_page_lists_only_a_later_one(
    tmp_path: Path,
) -> None:
    cloud = provider("cloud", service("cloud", mentions=["Cloud"]))
    catalogue = world(cloud, provider("app", service("app", upstreams=["cloud"])))
    down = reading(incident("c", "Disks are lost", impact=Level.MAJOR), word=Level.MAJOR)
    trouble = incident("a", "Errors", started=START + MINUTE)
    blames = update("u1", "Cloud fails, we wait for them", START + 2 * MINUTE)
    watches = update("u2", "We keep watching", START + 7 * MINUTE)

    def app(*said: Update) -> Reading:
        return reading(replace(trouble, updates=said), word=Level.MINOR)

    same = Visit("app", START, unchanged=True, platform="statuspage")
    corrected = replace(blames, text="It is us")
    whose, lines = [], []
    with Life(tmp_path, catalogue) as life:
        said: list[Reading | str | Visit] = [app(blames), app(watches), same, app(watches)]
        for number, one in enumerate([*said, "http_5xx", app(corrected), same], start=1):
            now = START + number * 5 * MINUTE
            lines.append(life.run(now, {"cloud": down, "app": one}))
            whose.append(life.board(now).rows[1].verdict.who)

    assert whose == [*["upstream"] * 5, "them", "them"], "only what is reworded is taken back"
    assert [len(one.incidents) for one in lines] == [2, 1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("cause", "effect", "mentions"),
    [
        (
            ("2026-07-16T07:55:33Z", "Huggingface Hub - down"),
            ("2026-07-16T08:31:53Z", "HuggingFace download issues"),
            ("Hugging Face", "HuggingFace"),
        ),
        (
            ("2026-07-17T10:00:00Z", "Elevated errors on Sonnet 5 and Haiku 4.5"),
            ("2026-07-17T10:29:00Z", "Investigating Anthropic degradation"),
            ("Anthropic", "Claude"),
        ),
        (
            ("2026-07-19T23:34:03Z", "Incident with Actions"),
            (
                "2026-07-20T00:34:03Z",
                "Elevated errors for GitHub-dependent ChatGPT and Codex workflows",
            ),
            ("GitHub",),
        ),
        (
            ("2026-09-03T13:30:00Z", "[API] Models outage"),
            ("2026-09-03T14:17:27Z", "Incident with Grok Copilot AI Model Provider"),
            ("xAI", "Grok"),
        ),
    ],
    ids=["huggingface-replicate", "anthropic-cursor", "github-openai", "xai-copilot"],
)
class TestOutagesThatHappened:
    """Four pairs of 2026 (upstream first), and the same with one fact changed."""

    Told = tuple[str, str]

    def test_the_upstream_is_named(
        self,
        cause: Told,
        effect: Told,
        mentions: tuple[str, ...],
    ) -> None:
        assert upstream.link(*self._pair(cause, effect), mentions) == "named"

    def test_a_service_that_stayed_green_on_a_page_in_trouble_is_named_too(
        self,
        cause: Told,
        effect: Told,
        mentions: tuple[str, ...],
    ) -> None:
        dependent, source = self._pair(cause, effect)
        green = replace(source, level=Level.NONE)

        assert upstream.link(dependent, green, mentions) == "named"

    def test_not_when_the_dependent_began_first(
        self,
        cause: Told,
        effect: Told,
        mentions: tuple[str, ...],
    ) -> None:
        swapped = self._pair((effect[0], cause[1]), (cause[0], effect[1]))

        assert upstream.link(*swapped, mentions) == "coincident"

    def test_not_when_the_text_names_nobody(
        self,
        cause: Told,
        effect: Told,
        mentions: tuple[str, ...],
    ) -> None:
        silent = self._pair(cause, (effect[0], "Elevated errors"))

        assert upstream.link(*silent, mentions) == "coincident"

    def _pair(self, cause: Told, effect: Told) -> tuple[State, State]:
        first = incident("cause", cause[1], started=at(cause[0]))
        second = incident("effect", effect[1], started=at(effect[0]))
        return state(Level.MINOR, second), state(Level.MAJOR, first)
