"""A small content folder that is right, to be made wrong in one place."""

from pathlib import Path

import pytest

from crawler import content
from crawler.errors import ContentError
from crawler.platforms import PLATFORMS

SITE = """\
name = "whosdown"
url = "https://example.test/base"
tagline = "Who?"
contact = "https://example.test/contact"
feed_authority = "example.test,2026"
control = ["https://a.test/", "https://b.test/", "https://c.test/"]
robots = "documented"
allow_private = []

[[category]]
id = "gateway"
name = "Gateways"
"""
ACME = """\
[page]
platform = "statuspage"
url = "https://status.acme.test"

[[service]]
id = "acme"
name = "Acme"
category = "gateway"
homepage = "https://acme.test"
upstreams = ["acme-cloud"]
aliases = ["ACME AI"]

[service.probe]
url = "https://api.acme.test/v1/models"
expect = [401]

[[service.errors]]
code = "429"
name = "Too many"
fault = "you"
wait = "yes"
meaning = "Slow down."
source = "https://docs.acme.test/errors"

[[service]]
id = "acme-cloud"
name = "Acme Cloud"
category = "gateway"
homepage = "https://cloud.acme.test"
"""
OTHER = """\
[[service]]
id = "other"
name = "Other"
category = "gateway"
homepage = "https://other.test"
"""


def write(folder: Path, site: str = SITE, **providers: str) -> Path:
    """Put the files into a folder; without providers, the two of this module."""
    (folder / "providers").mkdir(parents=True)
    (folder / "site.toml").write_text(site, encoding="utf-8")
    for name, text in (providers or {"acme": ACME, "other": OTHER}).items():
        (folder / "providers" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def problem(folder: Path) -> str:
    """The sentence, with the folder cut from its path."""
    with pytest.raises(ContentError) as caught:
        content.load(folder, PLATFORMS)
    sentence = str(caught.value).replace(f"{folder}/", "")
    assert "\n" not in sentence
    return sentence
