"""Mistakes are caught: a few of `mutants.py`, which has them all."""

import mutants
import pytest

SAMPLE = (
    "same padding: the odd pixel before",
    "exercises accept any number",
    "notebook: outputs of two runs",
)


@pytest.mark.slow
def test_a_sample_of_mistakes_is_caught(tmp_path, tell):
    project = mutants.copy(tmp_path)
    sample = [mutant for mutant in mutants.MUTANTS if mutant.name in SAMPLE]
    assert mutants.in_a_process([mutant.tests for mutant in sample], project) == 0
    results = {mutant.name: mutants.outcome(mutant, project) for mutant in sample}
    assert len(results) == len(SAMPLE)
    assert set(results.values()) == {"caught"}, results
    tell("mutants caught", len(results))


def test_the_place_of_every_mistake_is_there():
    names = [mutant.name for mutant in mutants.MUTANTS]
    assert len(names) == len(set(names))
    for mutant in mutants.MUTANTS:
        text = (mutants.ROOT / mutant.file).read_text(encoding="utf-8")
        assert mutant.old in text, mutant.name
        file, _, test = mutant.tests.partition("::")
        assert f"def {test}" in (mutants.ROOT / file).read_text("utf-8") or not test
