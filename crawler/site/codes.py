"""The error codes of services: one page for each code, several cases on it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crawler.catalogue import ErrorCode
from crawler.errors import SiteError
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
    def answer(self) -> str:
        """Whose fault it is, in as few words as it takes."""
        return " or ".join(words.FAULTS[fault].lower() for fault in self.faults).capitalize()

    @property
    def names(self) -> str:
        """What its cases are called."""
        return "; ".join(dict.fromkeys(case.name for case in self.cases))


def slug(code: str) -> str:
    """A code as a part of an address: lower case, and a hyphen for what is no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")


def path(service: str, code: str) -> str:
    """`errors/<service>/<code>/`, without a leading slash."""
    return f"errors/{service}/{slug(code)}/"


def codes(rows: Iterable[Row]) -> tuple[Code, ...]:
    """Every code of every service, in the order of the catalogue.

    Raises SiteError where two codes of a service would share an address.
    """
    found: dict[str, Code] = {}
    for row in rows:
        cases: dict[str, list[ErrorCode]] = {}
        for error in row.service.errors:
            cases.setdefault(error.code, []).append(error)
        for code, of_code in cases.items():
            place = path(row.service.id, code)
            if place in found:
                raise SiteError(f"{place}: {found[place].code!r} and {code!r} share this address")
            found[place] = Code(row, code, tuple(of_code), place)
    return tuple(found.values())


def elsewhere(found: Iterable[Code]) -> Mapping[str, tuple[Code, ...]]:
    """The pages of each code, by its slug."""
    pages: dict[str, list[Code]] = {}
    for one in found:
        pages.setdefault(slug(one.code), []).append(one)
    return {key: tuple(of_code) for key, of_code in pages.items()}
