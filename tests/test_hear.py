"""What is kept of a page until all pages are read."""

from dataclasses import replace

from crawler.hear import hear
from crawler.model import Visit
from lives import HOUR, MINUTE, START, Life, incident, provider, reading, update


def test_messages_of_what_is_over_are_told_and_not_kept(life: Life) -> None:
    said = (update("u1", "Looking"),)
    over = incident("i1", open=False, updates=said)
    on = incident("i2", started=START + MINUTE, updates=said)
    asked = Visit("acme", START + HOUR, reading(over, on))
    visit, told = hear(provider("acme"), asked, life.store.memory(), lambda *_: None, START + HOUR)

    assert [[one.text for one in line.updates] for line in told] == [["Looking"], ["Looking"]]
    assert visit.reading is not None
    assert [(one.id, one.updates) for one in visit.reading.incidents] == [("i1", ()), ("i2", said)]


def test_a_page_that_was_not_read_tells_nothing(life: Life) -> None:
    asked = Visit("acme", START, reason="timeout")

    heard = hear(provider("acme"), asked, life.store.memory(), lambda *_: None, START)

    assert heard == (asked, ())


def test_an_end_that_lies_ahead_is_when_it_was_first_seen_over_and_does_not_move_on(
    life: Life,
) -> None:
    over = replace(incident(open=False), ended_at=START + HOUR)
    lines = [life.run(START + n * MINUTE, {"acme": reading(over)}) for n in (1, 6, 11)]

    assert [[one.ended for one in line.incidents] for line in lines] == [[START + MINUTE], [], []]


def test_what_states_no_start_does_not_end_before_it_was_created(life: Life) -> None:
    early = replace(incident(open=False), started_at=None, ended_at=START - HOUR)
    line = life.run(START + HOUR, {"acme": reading(early)})

    assert [(one.created, one.ended) for one in line.incidents] == [(START, START)]
