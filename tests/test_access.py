"""Every kind of page through axe: no violation, light and dark, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from browsing import Open, kinds

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# The other two pairs differ in nothing that these do not show, and axe takes its time.
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 360), pytest.param("dark", 1400, marks=pytest.mark.soak)]
)
def test_axe_finds_nothing(scheme: str, width: int, files: dict[str, bytes], visit: Open) -> None:
    visitor = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    found = {}
    for kind, path in kinds(files).items():
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        response = Axe().run(visitor.open(path), options=options).response
        for one in response["violations"]:
            found[kind, one["id"]] = [node["target"] for node in one["nodes"]][:3]

    assert found == {}
