"""The error codes of services: one page for each code, several cases on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crawler.catalogue import ErrorCode, code_slug
from crawler.site import words
from crawler.site.board import Row


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one service; `cases` differ by `when`. `path` has no leading slash."""

    row: Row
    code: str
    cases: tuple[ErrorCode, ...]
    path: str

    @property
    def faults(self) -> tuple[str, ...]:
        """Whose fault it can be, each once, in the order of the cases."""
        return tuple(dict.fromkeys(case.fault for case in self.cases))

    @property
    def waits(self) -> tuple[str, ...]:
        """Whether waiting helps, "yes" or "no", each once."""
        return tuple(dict.fromkeys(case.wait for case in self.cases))

    @property
    def waiting(self) -> str:
        """Whether waiting helps, in words."""
        helps = {"yes": "waiting helps", "no": "waiting does not help"}
        return helps[self.waits[0]] if len(self.waits) == 1 else "waiting may help"

    @property
    def answer(self) -> str:
        """Whose fault it is, in as few words as it takes."""
        return " or ".join(words.FAULTS[fault].lower() for fault in self.faults).capitalize()

    @property
    def names(self) -> str:
        """What its cases are called."""
        return "; ".join(dict.fromkeys(case.name for case in self.cases))


def path(service: str, code: str) -> str:
    """`errors/<service>/<code>/`, without a leading slash."""
    return f"errors/{service}/{code_slug(code)}/"


def codes(rows: Iterable[Row]) -> tuple[Code, ...]:
    """Every code of every service, in the order of the catalogue."""
    found = []
    for row in rows:
        cases: dict[str, list[ErrorCode]] = {}
        for error in row.service.errors:
            cases.setdefault(error.code, []).append(error)
        for code, of_code in cases.items():
            found.append(Code(row, code, tuple(of_code), path(row.service.id, code)))
    return tuple(found)


def elsewhere(found: Iterable[Code]) -> Mapping[str, tuple[Code, ...]]:
    """The pages of each code, by its slug."""
    pages: dict[str, list[Code]] = {}
    for one in found:
        pages.setdefault(code_slug(one.code), []).append(one)
    return {key: tuple(of_code) for key, of_code in pages.items()}
