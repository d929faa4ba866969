"""What is seen of a run: a bar where a person looks, nothing where a program does, one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from crawler import times
from crawler.lines import RunLine


@contextmanager
def progress(stream: TextIO) -> Iterator[Callable[[int, int], None]]:
    """A function to call with (done, total); it draws only on a terminal."""
    if not stream.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=stream), transient=True) as bar:
        task = bar.add_task("Asking", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def summary(line: RunLine, sources: int) -> str:
    """What a run of so many sources came to, in one sentence."""
    if line.blind:
        return "blind run: our own network did not work, nothing was concluded"
    troubles = len(line.troubles)
    return (
        f"{times.iso(line.id)}: {sources - troubles} sources read, {troubles} not,"
        f" {len(line.services)} services changed"
    )
