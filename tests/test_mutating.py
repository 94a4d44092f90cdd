"""Short runs of ``tests.mutating``; the long ones are commands of their own."""

import psutil
import pytest

from tests.mutating import KINDS, LIMIT, send
from tests.serving import serve_process


@pytest.fixture(scope="module")
def served():
    with serve_process() as (address, process):
        yield address, psutil.Process(process.pid)


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_end_nothing_and_get_a_sentence(kind, served):
    outcome = send(*served, kind, 200, seed=1)
    assert outcome.wrong == []
    assert outcome.statuses["400"] > 50
    assert served[1].is_running()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_thousands_leave_nothing_in_memory(kind, served):
    outcome = send(*served, kind, 2000, seed=2)
    assert outcome.wrong == []
    assert outcome.late / outcome.early < LIMIT
    assert outcome.broke > 0 or kind == "pictures"  # some would have ended the server
