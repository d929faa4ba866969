"""The network as the crawler uses it: one question, bounded, and whatever came back."""

from crawler.fetch.client import AT_ONCE, RUN, SOURCE, Client, Known, open_client
from crawler.fetch.guard import Network

__all__ = [
    "AT_ONCE",
    "RUN",
    "SOURCE",
    "Client",
    "Known",
    "Network",
    "open_client",
]
