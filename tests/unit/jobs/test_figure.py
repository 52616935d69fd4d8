"""What the job of a figure leaves behind in a process that draws more than one."""

import gc

import pytest
from labcohort.jobs import figure


def test_what_refers_to_itself_is_looked_for_again_after_a_figure_that_fails():
    settings = {"language": "en", "font": None, "kind": "flow"}
    with pytest.raises(KeyError, match="flow"):
        figure.main({}, "f", settings)
    assert gc.isenabled()
    assert not gc.get_freeze_count()
