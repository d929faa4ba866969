"""The door to GitHub: patient with limits and bad moments, exact in refusals, silent on secrets."""

import traceback
from collections.abc import Iterator

import httpx
import pytest

from crawler.errors import ContentError, Refused
from crawler.github import Door
from crawler.github import GitHub as Client
from crawler.github.again import limit_ends, limited
from github import (
    CANARIES,
    HANG,
    NOW,
    RESET,
    TOKEN,
    GitHub,
    Reply,
    broken,
    error,
    exhausted,
    forbidden,
    invalid,
    secondary,
)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(github: GitHub, waits: list[float]) -> Iterator[Client]:
    quick = httpx.Timeout(2.0)
    with Door("whosdown/test", NOW, waits.append, CANARIES, quick) as door:
        yield Client(door, github.repository, TOKEN, github.url)


def refusal(client: Client, path: str = "/issues") -> Refused:
    with pytest.raises(Refused) as caught:
        client.post(path, {"title": "x"})
    return caught.value


def test_a_question_carries_the_token_and_names_its_version(client: Client, github: GitHub) -> None:
    assert client.get("")["full_name"] == "acme/whosdown"
    [call] = github.calls

    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.headers["x-github-api-version"] == "2022-11-28"
    assert call.headers["user-agent"] == "whosdown/test"


def test_a_secondary_limit_is_waited_for_as_long_as_github_says(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("POST", "/issues$", secondary(73), secondary(41))

    assert client.post("/issues", {"title": "x"})["number"] == 1
    assert waits == [73, 41]
    assert len(github.issues) == 1


def test_an_hour_that_is_used_up_is_waited_for_until_its_reset(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("GET", "/branches", exhausted(NOW + 90))

    client.get("/branches/main")
    assert waits == [91]


def test_a_limit_that_lasts_too_long_is_an_error_that_says_when_it_ends(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("POST", "/issues$", exhausted(NOW + 1_800))
    found = refusal(client)

    assert "it ends in 1801 s" in str(found)
    assert found.status == 403
    assert waits == []


def test_limits_that_follow_each_other_share_one_patience(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("GET", "/branches", secondary(200), secondary(200))

    with pytest.raises(Refused, match="rate limit"):
        client.get("/branches/main")
    assert waits == [200]


def test_a_missing_permission_is_no_limit_and_is_not_asked_again(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.permissions.clear()
    found = refusal(client)

    assert found.status == 403
    assert "Resource not accessible by integration" in str(found)
    assert waits == []
    assert len(github.calls) == 1


def test_bad_moments_of_github_are_waited_for(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("GET", "/branches", broken(502), broken(500), HANG)

    assert client.get("/branches/main")["name"] == "main"
    assert waits == [1, 4, 15]


def test_github_may_fail_four_times_and_then_it_is_an_error(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("GET", "/branches", *[broken(504)] * 4)

    with pytest.raises(Refused, match=r"GET /repos/acme/whosdown/branches/main: 504"):
        client.get("/branches/main")
    assert waits == [1, 4, 15]


@pytest.mark.parametrize("trouble", [broken(502), RESET, HANG], ids=["502", "reset", "hang"])
def test_what_github_may_have_done_is_not_asked_for_twice(
    client: Client, github: GitHub, waits: list[float], trouble: Reply
) -> None:
    github.fail("POST", "/issues$", trouble)
    refusal(client)

    assert len(github.calls) == 1
    assert waits == []


def test_what_github_surely_did_not_do_is_asked_for_again(
    client: Client, github: GitHub, waits: list[float]
) -> None:
    github.fail("POST", "/issues$", broken(503))

    assert client.post("/issues", {"title": "x"})["number"] == 1
    assert waits == [1]


def test_what_github_does_not_take_is_an_error_in_its_words(client: Client, github: GitHub) -> None:
    github.fail("POST", "/issues$", invalid("Validation Failed"))
    found = refusal(client)

    assert found.status == 422
    assert str(found) == "GitHub: POST /repos/acme/whosdown/issues: 422 Validation Failed"


def test_a_long_list_is_read_to_its_end(client: Client, github: GitHub) -> None:
    for number in range(205):
        client.post("/issues", {"title": f"{number}"})

    found = list(client.every("/issues", state="all"))
    assert len({issue["number"] for issue in found}) == 205


def test_a_renamed_repository_is_found_and_its_refusals_too(client: Client, github: GitHub) -> None:
    github.renamed_from, github.repository = "acme/whosdown", "acme/new-name"

    assert client.get("")["full_name"] == "acme/new-name"
    assert client.post("/issues", {"title": "x"})["number"] == 1


def test_the_token_follows_no_redirect_to_another_host(client: Client, github: GitHub) -> None:
    with GitHub() as other:
        github.fail("GET", "/branches", Reply(302, {}, {"Location": f"{other.url}/steal"}))
        with pytest.raises(Refused, match="302"):
            client.get("/branches/main")

        assert other.calls == []


def test_a_token_is_not_sent_in_the_clear() -> None:
    with Door("x", NOW, lambda _: None) as door, pytest.raises(ContentError, match="https"):
        Client(door, "acme/whosdown", TOKEN, "http://api.example.test")


@pytest.mark.parametrize("repository", ["whosdown", "a/b/c", "/b", "a/"])
def test_what_names_no_repository_is_told_by_its_variable(repository: str) -> None:
    with (
        Door("x", NOW, lambda _: None) as door,
        pytest.raises(ContentError, match="GITHUB_REPOSITORY: "),
    ):
        Client(door, repository, TOKEN)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/no/such/file.pem"),
        ("SSL_CERT_FILE", __file__),
        ("HTTPS_PROXY", "socks5://user:secret@p.test:1080"),
        ("HTTPS_PROXY", "ftp://user:secret@p.test"),
    ],
)
def test_a_proxy_or_authority_that_cannot_be_used_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ContentError, match=name) as caught:
        Door("x", NOW, lambda _: None)

    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_no_error_repeats_a_secret_or_speaks_to_the_runner(client: Client, github: GitHub) -> None:
    said = f"\n::error::bad {TOKEN}\x1b[2J \r##[warning] {CANARIES[1]}"
    github.fail("POST", "/issues$", error(418, said), secondary(4_000), RESET)
    for _ in range(3):
        found = refusal(client, "/issues")
        whole = "".join(traceback.format_exception(found)) + repr(found) + repr(client.door)

        assert not [one for one in CANARIES if one in whole]
        assert "\n" not in str(found)
        assert "\x1b" not in str(found)
        assert not str(found).startswith("::")


@pytest.mark.parametrize(
    ("status", "headers", "said", "expected"),
    [
        (403, {}, "Resource not accessible by integration", False),
        (403, {"retry-after": "5"}, "", True),
        (403, {"x-ratelimit-remaining": "0"}, "", True),
        (403, {"x-ratelimit-remaining": "9"}, "You have exceeded a secondary rate limit", True),
        (429, {}, "", True),
        (200, {"x-ratelimit-remaining": "0"}, "", False),
    ],
)
def test_a_limit_is_told_from_a_refusal(
    status: int, headers: dict[str, str], said: str, expected: bool
) -> None:
    assert limited(status, headers, said) is expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "17"}, 17),
        ({}, 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "9" * 40}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 5)}, 6),
        # A reset in the past, as seen from a clock that is an hour ahead.
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW - 3_600)}, 1),
        ({"x-ratelimit-remaining": "0"}, 60),
    ],
)
def test_how_long_a_limit_lasts(headers: dict[str, str], seconds: int) -> None:
    assert limit_ends(headers, NOW) == seconds


def test_forbidden_stays_forbidden(client: Client, github: GitHub) -> None:
    github.fail("GET", "/branches", forbidden())
    with pytest.raises(Refused) as caught:
        client.get("/branches/main")

    assert caught.value.status == 403
