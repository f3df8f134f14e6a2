"""Numbers in notebook 7: all of it measures recorded weights."""

import math

import numpy as np
from claims.say import printed, word

from resnet_lesson.recorded import experiments, planes, recordings

COUNTED = "counted: 2^(n - k) of 2^n paths, printed by cell paths"
EXCEPTIONS = [
    (
        "07 networks-explained",
        "here is one run of each network",
        "recordings.trained_model keeps the run of the first seed",
    ),
    (
        "07 networks-explained",
        "where one network or one pair must do, the text says so",
        "no claim about a recording",
    ),
    ("07 nearest-takeaway", "One network, one seed.", "cell networks"),
    ("07 paths-takeaway", "takes half of the paths with it", COUNTED),
    ("07 rise-explained", "A deletion took half of them", COUNTED),
    ("07 many-takeaway", "a sixteenth of its paths left", COUNTED),
    ("07 summary", "takes half of the paths", COUNTED),
    ("07 rise-explained", "± is one standard error of the *paired* rise", "definition"),
    ("07 many-takeaway", "300 images, one pair", "cell many-lesions"),
    (
        "07 shirts-explained",
        'says "60 % T-shirt, 40 % shirt" it loses every shirt',
        "an example",
    ),
    (
        "07 confidence-heading",
        "the network says 80 %, it is right on 80 %",
        "an example of the definition",
    ),
    (
        "07 calibration-explained",
        "Always to answer 10 % for each of ten equally frequent classes",
        "definition: 1 / 10",
    ),
    ("07 line-takeaway", "Two pairs of networks", "cell surface-line"),
    (
        "07 responses-takeaway",
        "were trained for 64,000 iterations (section 4.2)",
        "He et al. (2015), section 4.2",
    ),
]


def largest_standard_error(images):
    """Of a share, in points."""
    return 100 * math.sqrt(0.25 / images)


def computed():
    yield (
        "07 nearest-takeaway",
        "1,000 images: the standard error is at most "
        f"{largest_standard_error(1_000):.1f} points.",
    )
    yield (
        "07 many-takeaway",
        f"the standard error is up to {largest_standard_error(300):.0f} points",
    )
    loss = {name: grid for name, (_, grid) in planes.read().items()}
    middle = {name: grid[len(grid) // 2, len(grid) // 2] for name, grid in loss.items()}
    yield (
        "07 surface-takeaway",
        f"the loss in the middle is {middle['residual-56']:.2f} for the residual and "
        f"{middle['plain-56']:.2f} for the plain network",
    )
    before, after = zip(
        printed("07 change", "residual-20: median change "),
        printed("07 change", "plain-20: median change "),
        strict=True,
    )
    gaps = [f"{plain - residual:.0f}" for residual, plain in (before, after)]
    more = np.divide(after, before)
    yield (
        "07 change-explained",
        f"Training widens the gap, from {gaps[0]} to {gaps[1]} points, because in both "
        f"networks it makes the blocks matter *more*: about {more[0]:.1f} times as "
        f"much in the residual, {more[1]:.0f} times in the plain one.",
    )
    yield from filters()
    rise = printed("07 rise-table", "| residual-20 ")
    halving = max(rise[5], rise[7])  # the blocks 2.1 and 3.1, each with its error
    yield (
        "07 single-takeaway",
        f"residual-20 loses about {rise[0]:.0f} points at the median, and up to "
        f"{halving:.0f} without a block that halves the size.",
    )
    shares = [f"{100 * count / 25:.0f}" for count in (2, 4, 8)]
    yield (
        "07 many-takeaway",
        f"of the five draws, more than its {shares[0]}, {shares[1]} and {shares[2]} %.",
    )
    right, sure = printed("07 shirts", "course       shirts: ")
    error = 100 * math.sqrt(right * (100 - right)) / 100 / math.sqrt(500)
    yield (
        "07 shirts-explained",
        f"by {sure - right:.1f} points, with a standard error of {error:.1f}).",
    )
    median = printed("07 rise-table", "| residual-56 ")[0]
    yield (
        "07 rise-explained",
        f"the median error of residual-56 rose by about {word(round(median))} point.",
    )


def filters():
    """Section 2: the angle of a cosine, and the cosines of unrelated filters."""
    stem, *_ = printed("07 filter-cosines", "residual-20  stem ")
    limit, _ = printed("07 filter-cosines", "unrelated filters: |cosine| below ")
    angle = math.degrees(math.acos(stem))
    large = 1.96 / math.sqrt(144)  # the cosine is about normal, with variance 1 / n
    yield (
        "07 filters-explained",
        f"a mean cosine of {stem:.2f} is a turn of {angle:.0f}°. (The limit "
        f"{limit:.2f} is for 9 weights; for 144 it is {large:.2f}.)",
    )


def stated():
    leads = [
        printed("07 rise-checks", f"residual-56: {stage}.1 costs ")[:2]
        for stage in (2, 3)
    ]
    yield (
        "07 rise-explained",
        "in residual-56 by two to three standard errors",
        all(1.8 < lead / error < 3.3 for lead, error in leads),
    )
    over = {}
    for name in ("plain-20", "residual-20", "plain-56", "residual-56"):
        right, sure, _ = printed("07 calibration-table", f"| {name} ")
        over[name] = sure - right
    three = [over[name] for name in over if name != "plain-56"]
    yield (
        "07 calibration-explained",
        "Three of the four small networks are overconfident by about two points; the "
        "worst network of all, plain-56, is not.",
        all(1 < points < 3 for points in three) and over["plain-56"] <= 0,
    )
    recorded = planes.read()
    near = np.abs(recorded["plain-56"][0]) < 0.65  # as in cell surface
    beyond = {
        level: {
            name: np.mean(loss[np.ix_(near, near)] > level)
            for name, (_, loss) in recorded.items()
        }
        for level in (2.3, 3)
    }
    yield (
        "07 surface-takeaway",
        "above 2.3 nats (yellow) lies more of the plain network's map, above 3 nats "
        "(printed below the maps) more of the residual one's.",
        beyond[2.3]["plain-56"] > beyond[2.3]["residual-56"]
        and beyond[3]["plain-56"] < beyond[3]["residual-56"],
    )
    line = {}
    for name, (places, loss) in recorded.items():
        middle = loss[len(places) // 2]
        line[name] = [middle[np.argmin(np.abs(places - end))] for end in (-0.6, 0.6)]
    live = {
        kind: printed("07 line-figure", f"20 layers, {kind}: loss ")
        for kind in ("plain", "residual")
    }
    yield (
        "07 line-takeaway",
        "With 20 layers it stays lower as far as ±0.6; with 56 it is the *higher* one "
        "at ±0.6",
        np.all(np.subtract(line["residual-56"], line["plain-56"]) > 0)
        and all(live["residual"][i] < live["plain"][i] for i in (0, 2, 4)),
    )
    recipe = experiments.DEEP
    steps = recipe.epochs * (20_000 // recipe.batch_size)
    recorded = recordings.by_variant("degradation")["residual-56"][0]["recipe"]
    yield (
        "07 responses-takeaway",
        "ours for fewer than 1,000 steps",
        steps < 1_000 and recorded["epochs"] == recipe.epochs,
    )
