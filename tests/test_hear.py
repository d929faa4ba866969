"""What is kept of a page until all pages are read."""

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
