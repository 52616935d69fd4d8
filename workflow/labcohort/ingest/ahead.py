"""Work ahead: what comes next is made by a thread of its own while what came is used."""

from collections.abc import Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Made = TypeVar("Made")
# seconds after which a thread that waits to hand something over looks whether it is still wanted
LOOK = 0.1


def ahead(items: Iterator[Made], most: int) -> Iterator[Made]:
    """The same items in the same order, of which `most` may wait to be asked for.

    What ends them with an error is raised in its turn. The thread is gone, and a generator of
    items closed, when they have ended and when nobody wants more of them.
    """
    made: Queue[tuple[str, Made | BaseException | None]] = Queue(most)
    unwanted = Event()
    maker = Thread(target=_make, args=(items, made, unwanted), name="ahead", daemon=True)
    maker.start()
    try:
        while True:
            kind, item = made.get()
            if kind == "end":
                return
            if kind == "fault":
                raise item
            yield item
    finally:
        unwanted.set()
        maker.join()


def _make(items: Iterator, made: Queue, unwanted: Event) -> None:
    """Put the items into `made` as they come, and what ends them."""
    try:
        for item in items:
            if not _handed_over(("item", item), made, unwanted):
                break
        last = ("end", None)
    except BaseException as fault:
        last = ("fault", fault)
    finally:
        # where its files are open is for the thread to close that opened them
        if hasattr(items, "close"):
            items.close()
    _handed_over(last, made, unwanted)


def _handed_over(what: tuple, made: Queue, unwanted: Event) -> bool:
    """Whether there was room for something before nobody wanted it."""
    while not unwanted.is_set():
        try:
            made.put(what, timeout=LOOK)
            return True
        except Full:
            continue
    return False
