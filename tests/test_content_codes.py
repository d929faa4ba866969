"""Error codes in content files: each is of a known form and has a page of its own."""

from pathlib import Path

import pytest

from folders import ACME, OTHER, problem, write


@pytest.mark.parametrize(
    "code", ["", " ", "40 3/..", "../a", "429 ", "a  b", "a\\nb", "é", "6xx", "a_"]
)
def test_a_code_is_a_number_a_class_or_words(tmp_path: Path, code: str) -> None:
    write(tmp_path, acme=ACME.replace('"429"', f'"{code}"'), other=OTHER)

    sentence = problem(tmp_path)

    assert sentence.startswith("providers/acme.toml:18: service[0].errors[0].code: ")
    assert "is not a number such as 429, nor 5xx, nor a provider's words (A-Z, a-z, 0-9" in sentence


@pytest.mark.parametrize(
    ("first", "second"), [("", ""), ("", 'when = " "'), ('when = "Now"', 'when = "now "')]
)
def test_two_entries_of_one_code_are_told_apart_by_when(
    tmp_path: Path, first: str, second: str
) -> None:
    begin, end = ACME.index("[[service.errors]]"), ACME.rindex("[[service]]")
    entry = ACME[begin:end].rstrip()
    twice = f"{entry}\n{first}\n{entry}\n{second}\n\n"
    write(tmp_path, acme=ACME[:begin] + twice + ACME[end:], other=OTHER)

    assert problem(tmp_path) == (
        "providers/acme.toml:26: service[0].errors[1].code: '429' stands here twice; "
        "tell the entries apart by when"
    )


def test_two_codes_of_one_service_may_not_share_a_page(tmp_path: Path) -> None:
    begin, end = ACME.index("[[service.errors]]"), ACME.rindex("[[service]]")
    entry = ACME[begin:end].rstrip()
    both = "\n".join(entry.replace('"429"', f'"{one}"') for one in ("rate_limit", "Rate limit"))
    write(tmp_path, acme=ACME[:begin] + both + "\n\n" + ACME[end:], other=OTHER)

    assert problem(tmp_path).endswith(
        "service[0].errors[1].code: 'Rate limit' would have the page of 'rate_limit'; "
        "write both alike"
    )
