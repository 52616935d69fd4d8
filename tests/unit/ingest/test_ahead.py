"""Items made ahead by a thread: the same, in the same order, and nothing left behind."""

import threading

import pytest
from labcohort.ingest.ahead import ahead


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "ahead"]


class Items:
    """Numbers from 0, of which `fault` is raised after as many as `count`; what became of them."""

    def __init__(self, count, fault=None):
        self.count, self.fault, self.made, self.closed = count, fault, 0, False

    def __iter__(self):
        try:
            for number in range(self.count):
                self.made += 1
                yield number
            if self.fault:
                raise self.fault
        finally:
            self.closed = True


@pytest.mark.parametrize("most", [1, 3, 100])
@pytest.mark.parametrize("count", [0, 1, 3, 50])
def test_the_items_come_in_their_order(count, most):
    items = Items(count)
    assert list(ahead(iter(items), most)) == list(range(count))
    assert items.closed and not threads()


@pytest.mark.parametrize("fault", [ValueError("mine"), KeyboardInterrupt()])
def test_an_error_is_raised_after_the_items_before_it(fault):
    seen, items = [], Items(5, fault)
    with pytest.raises(type(fault)) as raised:
        seen.extend(ahead(iter(items), 2))
    assert raised.value is fault and seen == [0, 1, 2, 3, 4]
    assert items.closed and not threads()


def test_who_wants_no_more_leaves_nothing_behind():
    items = Items(1000)
    made = ahead(iter(items), 2)
    assert next(made) == 0
    made.close()
    assert items.closed and not threads()
    # one is at hand, two wait, and one may be made that finds no room
    assert items.made <= 4


def test_no_thread_runs_before_the_first_item_is_asked_for():
    items = Items(3)
    made = ahead(iter(items), 2)
    assert not threads() and items.made == 0
    assert list(made) == [0, 1, 2]


def test_items_need_not_be_a_generator():
    assert list(ahead(iter([1, 2]), 1)) == [1, 2]
