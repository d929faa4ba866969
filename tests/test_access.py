"""Every kind of page through axe: no violation, light and dark, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from browsing import Open, kinds

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# axe takes its time over each of 200 rows that differ in nothing but their words.
THIN = """() => {
  const seen = {};
  for (const one of document.querySelectorAll("li, tr")) {
    const shape = one.parentNode.className + one.outerHTML.replace(/>[^<]+</g, "><")
      .replace(/ (?!class|role|aria-hidden|hidden)[a-z-]+="[^"]*"/g, "");
    seen[shape] = (seen[shape] || 0) + 1;
    if (seen[shape] > 2) one.remove();
  }
}"""


# The other two pairs differ in nothing that these do not show.
@pytest.mark.parametrize(
    ("scheme", "width", "first"),
    [("light", 360, THIN), pytest.param("dark", 1400, "null", marks=pytest.mark.soak)],
)
def test_axe_finds_nothing(
    scheme: str, width: int, first: str, files: dict[str, bytes], visit: Open
) -> None:
    visitor = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    found = {}
    # Sheets need not be fetched again: no rule of these looks into them.
    options = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
    for kind, path in kinds(files).items():
        page = visitor.open(path)
        page.evaluate(first)
        for one in Axe().run(page, options=options).response["violations"]:
            found[kind, one["id"]] = [node["target"] for node in one["nodes"]][:3]

    assert found == {}
