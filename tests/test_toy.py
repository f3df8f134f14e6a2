import itertools

import numpy as np
import pytest

from resnet_lesson.lab import toy
from resnet_lesson.lab.toy import Target

TARGETS = {
    "identity": Target(keep=1),
    "near the identity": Target(keep=1, bend=0.1),
    "near zero": Target(bend=0.1),
    "rotation": Target(turn=1),
    "sign flip": Target(keep=-1),
    "all terms": Target(keep=0.5, turn=-2, bend=0.3),
}


@pytest.fixture
def inputs():
    return np.random.default_rng(7).normal(size=(500, toy.SIZE))


@pytest.mark.parametrize("shortcut", [False, True])
@pytest.mark.parametrize("name", TARGETS)
def test_both_blocks_can_reach_every_target(name, shortcut, inputs):
    q, *_ = toy.start(3)
    weights = toy.exact_weights(TARGETS[name], q, shortcut=shortcut)
    y = toy.block(inputs, weights, shortcut=shortcut)
    np.testing.assert_allclose(y, TARGETS[name](inputs, q), atol=1e-12)
    assert [layer.shape for layer in weights] == [w.shape for w in toy.start(3)[1:]]


def test_the_shortcut_adds_the_input_and_nothing_else(inputs):
    _, *weights = toy.start(0)
    plain = toy.block(inputs, weights, shortcut=False)
    np.testing.assert_array_equal(
        toy.block(inputs, weights, shortcut=True), plain + inputs
    )


def test_the_terms_of_a_target_are_equally_large():
    x = np.random.default_rng(0).normal(size=(50_000, toy.SIZE))
    q, *_ = toy.start(1)
    np.testing.assert_allclose(q @ q.T, np.eye(toy.SIZE), atol=1e-12)
    for term in ("keep", "turn", "bend"):
        assert np.mean(Target(**{term: 1.0})(x, q) ** 2) == pytest.approx(1, abs=0.02)


def test_minus_input_subtracts_the_input(inputs):
    q, *_ = toy.start(0)
    for target in TARGETS.values():
        np.testing.assert_allclose(
            target.minus_input()(inputs, q), target(inputs, q) - inputs, atol=1e-12
        )


@pytest.mark.parametrize("shortcut", [False, True])
def test_gradients_are_those_of_the_mean_squared_error(shortcut, inputs):
    q, *weights = toy.start(5)
    wanted = TARGETS["all terms"](inputs, q)

    def loss():
        return np.mean((toy.block(inputs, weights, shortcut=shortcut) - wanted) ** 2)

    slopes = toy.gradients(inputs, wanted, weights, shortcut=shortcut)
    for layer, slope in zip(weights, slopes, strict=True):
        for place in itertools.product((0, 7), (2, 15)):
            kept, nudge = layer[place], 1e-6
            layer[place] = kept + nudge
            above = loss()
            layer[place] = kept - nudge
            below = loss()
            layer[place] = kept
            expected = (above - below) / (2 * nudge)
            assert slope[place] == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_a_residual_block_is_a_plain_one_with_another_target():
    target = TARGETS["all terms"]
    _, errors = toy.race({"H": target, "H - x": target.minus_input()}, steps=50)
    np.testing.assert_allclose(
        errors["H"]["residual"], errors["H - x"]["plain"], rtol=1e-8
    )


def test_near_the_identity_the_residual_block_leads_near_zero_the_plain_one():
    names = ("near the identity", "near zero")
    _, errors = toy.race({name: TARGETS[name] for name in names}, steps=100)
    near_identity, near_zero = (errors[name] for name in names)
    assert near_identity["residual"][:, -1].max() < near_identity["plain"][:, -1].min()
    assert near_zero["plain"][:, -1].max() < near_zero["residual"][:, -1].min()


def test_errors_are_measured_from_the_start_to_the_last_step():
    when, errors = toy.race({"x": TARGETS["identity"]}, seeds=(4, 9), steps=37)
    assert (when[0], when[-1]) == (0, 37)
    assert np.all(np.diff(when) > 0)
    for values in errors["x"].values():
        assert values.shape == (2, len(when))
        assert np.all(values[:, -1] < values[:, 0])


def test_a_seed_does_not_depend_on_the_company_that_it_is_run_in():
    alone = toy.race({"x": TARGETS["identity"]}, seeds=(2,), steps=20)[1]["x"]
    together = toy.race(TARGETS, seeds=(1, 2), steps=20)[1]["identity"]
    for kind in toy.KINDS:
        np.testing.assert_allclose(together[kind][1], alone[kind][0], rtol=1e-9)
        assert not np.allclose(together[kind][0], together[kind][1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps must be a positive integer, got 0"),
        ({"rate": 0.0}, "rate must be positive, got 0.0"),
        ({"rate": float("nan")}, "rate must be positive, got nan"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        toy.race({"x": TARGETS["identity"]}, **options)
