"""Stores opened for a test, and a data folder to open."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler import store
from crawler.store import Store
from lives import MINUTE, START, Life, incident, reading

Opener = Callable[..., Store]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with three runs in it."""
    data = tmp_path / "data"
    with Life(data) as life:
        for number in range(3):
            said = reading(incident()) if number else reading()
            life.run(START + number * 5 * MINUTE, {"acme": said})
    return data


@pytest.fixture
def said() -> list[str]:
    """What was said while opening."""
    return []


@pytest.fixture
def opened(said: list[str]) -> Iterator[Opener]:
    """Opens stores and closes them in the end."""
    stores: list[Store] = []

    def opener(data: Path, *, init: bool = False) -> Store:
        stores.append(store.open_store(data, said.append, init=init))
        return stores[-1]

    yield opener
    for one in stores:
        one.close()
