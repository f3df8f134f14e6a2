"""Numbers about recordings in notebook 9."""

import numpy as np
from claims.say import printed, scores, span, turns, word

from resnet_lesson.bench import growth, race, throughput

QUESTION = "the options of a question"
EXCEPTIONS = [
    (
        "09 bound-heading",
        "Training does three times as much.",
        "definition: one product forward, two backward",
    ),
    ("09 peak-text", "1 %, 10 %, 50 %?", QUESTION),
    ("09 profile-heading", "2 % or 20 % of the time?", QUESTION),
    ("09 bound-takeaway", "(More than 100 %, live?", "cell fastest, on your machine"),
    (
        "09 bound-takeaway",
        "with fewer products, up to four times fewer (Lavin & Gray, 2015, section 1)",
        "Lavin & Gray (2015), section 1",
    ),
    ("09 parts-heading", "each core takes half of the images", "definition"),
    (
        "09 growth-heading",
        "Three times the blocks (depth 20 to 56), twice the width, twice the height",
        "the three changes themselves: growth.CHANGES",
    ),
    (
        "09 growth-takeaway",
        '*"Half the FLOPs, half the time."*',
        "a misconception, refuted below",
    ),
    (
        "09 race-heading",
        "Its stem halves the image, and it is shallower and twice as wide",
        "race.small_and_wide: stem_stride 2, width 32",
    ),
    ("09 race-heading", "**in a quarter of it**", "the program's name"),
    (
        "09 race-work-explained",
        "the source lesson's program, twice",
        "its validation_data and its evaluate: race._source_lesson",
    ),
]


def ratios(fast, slow):
    ways = growth.read()["bench"]["ways"]
    return np.divide(ways[fast], ways[slow])


def bench_share():
    """What share of the peak the median step of the recording reaches."""
    bench = growth.read()["bench"]
    least = 6 * throughput.BATCH * bench["macs_per_image"] / bench["peak_flops"]
    return least / (throughput.BATCH / np.median(bench["ways"]["resnet_lesson"]))


def profile():
    """Shares of a step's time by kind of operation, and that of its input."""
    recorded = growth.read()["bench"]["profile"]
    whole = sum(recorded["seconds"].values())
    shares = {kind: value / whole for kind, value in recorded["seconds"].items()}
    return shares, recorded["input"] / recorded["wall"]


def network(**size):
    """A row of the recording of growth, by what was changed and to what."""
    ((changed, value),) = size.items()
    (row,) = (
        n
        for n in growth.read()["growth"]
        if n["changed"] == changed and n[changed] == value
    )
    seconds = float(np.median(row["seconds"]))
    least = 6 * throughput.BATCH * row["macs"] / growth.read()["bench"]["peak_flops"]
    return {"seconds": seconds, "macs": row["macs"], "least": least}


def more(key, **sizes):
    """How many times more the larger of two networks takes."""
    ((changed, (small, large)),) = sizes.items()
    return network(**{changed: large})[key] / network(**{changed: small})[key]


def race_seconds():
    return [np.array([run["seconds"] for run in turns(name)]) for name in race.PROGRAMS]


def computed():
    over_64 = ratios("resnet_lesson", "batch of 64")
    if min(over_64) > 1:
        pairs = f"in each of {word(len(over_64))} pairs"
        yield "09 ways-takeaway", f"faster than batches of 64 {pairs}."
    over_32 = ratios("batch of 64", "plain fit")
    ahead = word(sum(over_32 > 1)), word(len(over_32))
    yield (
        "09 ways-takeaway",
        f"The larger batch alone brings something in {ahead[0]} of {ahead[1]}.",
    )
    torch = ratios("resnet_lesson", "PyTorch")
    yield (
        "09 medians-explained",
        f"its {word(len(torch))} ratios still run from {span(torch, '{:.2f}')}.",
    )
    programs = [turns(name) for name in race.PROGRAMS]
    epochs = word(race.IN_ITS_TIME.epochs), word(race.IN_A_QUARTER.epochs)
    yield "09 race-heading", f"{word(len(programs[0]))} seeds each."
    yield "09 race-heading", f"{epochs[0]} epochs of a network with half of the MACs."
    yield "09 race-heading", "- **source lesson**: one epoch, as that lesson has it;"
    yield "09 race-heading", f"{epochs[1]} epoch of the same network"
    yield (
        "09 race-work-explained",
        f"Over its {epochs[0]} epochs the second program computes",
    )
    first, second, third = race_seconds()
    yield (
        "09 race-takeaway",
        f"In {span(100 * second / first)} % of the source lesson's seconds, turn by "
        "turn",
    )
    pairs = [f"{b:.0f} of {a:.0f}" for a, b in zip(first, second, strict=True)]
    yield (
        "solutions/09 worked-9-7",
        f"{pairs[0]} seconds, {', '.join(pairs[1:])}, and the accuracy is higher",
    )
    yield (
        "solutions/09 worked-9-7",
        f"{span(third)} of {first[0]:.0f}, {first[1]:.0f} and {first[2]:.0f} seconds, "
        f"at most {100 * max(third / first):.0f} %.",
    )
    steps = 55_000 // throughput.BATCH
    took = {depth: network(depth=depth) for depth in (8, 14, 20)}
    yield (
        "solutions/09 worked-9-6",
        f"55,000 images are {steps} steps; in 60 seconds a step may take "
        f"{1000 * 60 / steps:.1f} ms. By section 5's table depth 14 just misses that "
        f"({1000 * took[14]['seconds']:.1f} ms), and of those that fit, depth 8 has "
        "the most MACs. The lower bound would have chosen depth 20 "
        f"({1000 * took[20]['least']:.1f} ms), which takes "
        f"{1000 * took[20]['seconds']:.0f} ms in truth.",
    )


def stated():
    share = bench_share()
    half = 0.5 < share < 1
    yield "09 bound-takeaway", "More than half of the peak, in the median turn", half
    yield "09 bound-takeaway", "nothing makes this step twice as fast", half
    about_half = 0.45 < share < 0.55
    yield "09 summary", "reaches about half of the peak on two cores", about_half
    shares, putting = profile()
    forward, backward = (
        shares[f"convolution, {way}"] for way in ("forward", "backward")
    )
    yield (
        "09 profile-takeaway",
        "Convolutions take seven tenths of the time, twice as much backward as forward",
        abs(forward + backward - 0.7) < 0.03 and 1.8 < backward / forward < 2.2,
    )
    quarter = 0.22 < shares["batch normalization"] < 0.28
    yield "09 profile-takeaway", "BN takes a quarter.", quarter
    yield "09 summary", "hardly any arithmetic and takes a quarter of the time", quarter
    yield (
        "09 bn-share-explained",
        "A fiftieth of the arithmetic, a quarter of the time.",
        quarter and abs(printed("09 bn-share", "BN: ")[2] - 2) < 0.3,
    )
    yield (
        "09 bn-share-explained",
        "takes less than a thousandth of a step",
        putting < 0.001,
    )
    yield (
        "09 growth-takeaway",
        "From depth 20 to 56 both grow threefold.",
        all(2.7 < more(key, depth=(20, 56)) < 3.3 for key in ("macs", "seconds")),
    )
    yield (
        "09 growth-takeaway",
        "From width 16 to 32 the MACs grow fourfold, the time threefold",
        3.7 < more("macs", width=(16, 32)) < 4.3
        and 2.7 < more("seconds", width=(16, 32)) < 3.3,
    )
    narrow, wide = (network(width=width) for width in (4, 64))
    yield (
        "09 growth-takeaway",
        "from a tenth of the peak at width 4 to nearly all of it at width 64",
        0.08 < narrow["least"] / narrow["seconds"] < 0.125
        and wide["least"] / wide["seconds"] > 0.9,
    )
    small = network(size=7)
    yield (
        "09 growth-takeaway",
        "at 7 × 7 pixels a step takes almost four times its lower bound",
        3.5 < small["seconds"] / small["least"] < 4,
    )
    wrong = [100 - scores(turns(name)).mean() for name in race.PROGRAMS]
    yield (
        "09 race-takeaway",
        "the second program makes a little more than half of its errors.",
        0.5 < wrong[1] / wrong[0] < 0.6,
    )
    first, _, third = race_seconds()
    fifth = max(third / first) < 0.2
    yield (
        "09 race-takeaway",
        "The third takes less than a fifth of the time and still makes fewer",
        fifth and wrong[2] < wrong[0],
    )
    work = (
        printed("09 race-work", "source lesson "),
        printed("09 race-work", "in its time "),
    )
    yield (
        "09 race-work-explained",
        "computes *half as much again*",
        1.45 < work[1][0] / work[0][0] < 1.55,
    )
    yield (
        "solutions/09 worked-9-7",
        "three epochs at 10.15 million MACs are more than one at 20.18 million",
        3 * printed("09 savings-table", "| twice the width ")[2] > 20_180_000,
    )
