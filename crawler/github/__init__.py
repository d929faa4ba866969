"""GitHub's REST API, and plain questions to the host of our own site. Touches the network."""

from crawler.github.api import GitHub
from crawler.github.door import Answer, Door

__all__ = ["Answer", "Door", "GitHub"]
