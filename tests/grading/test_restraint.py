"""What a submission answers cannot fill the grader's memory."""

import resource

import numpy as np
import pytest
import torch

from attentif.grading.restraint import bounded_memory

MIB = 1024 * 1024


def test_an_allocation_beyond_the_room_is_a_memory_error():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with bounded_memory(64 * MIB):
        assert np.ones(2 * MIB).sum() == 2 * MIB  # 16 MiB
        with pytest.raises(MemoryError):
            np.ones(32 * MIB)
        with pytest.raises(RuntimeError, match="memory"):
            torch.ones(32 * MIB, dtype=torch.float64)
        assert np.ones(2 * MIB).sum() == 2 * MIB
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert np.ones(32 * MIB).sum() == 32 * MIB


def test_the_bound_goes_with_an_exception():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(ValueError, match="as a check may"), bounded_memory(64 * MIB):
        raise ValueError("as a check may")
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_stricter_bound_stays():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with bounded_memory(64 * MIB), bounded_memory(1 << 40), pytest.raises(MemoryError):
        np.ones(32 * MIB)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
