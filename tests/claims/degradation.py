"""Numbers about recordings in notebooks 0 and 1."""

from claims.say import errors, minutes, seeds, spread, word

from resnet_lesson.recorded import experiments, recordings

EXCEPTIONS = [
    (
        "01 live-heading",
        "does not add it up tenfold",
        "definition: 1 / (1 - 0.9), the momentum",
    ),
]


def computed():
    course = recordings.by_variant("course")["course"]
    yield (
        "00 tour-curves",
        f"some {word(round(float(minutes(course[:1]))))} minutes on two cores. "
        f"Recorded, the first of {seeds(course)}:",
    )
    live = recordings.by_variant("live")["plain-56"]
    yield (
        "01 live-takeaway",
        f"One seed is one draw. *Recorded* are the same four with {seeds(live)} each",
    )
    runs = recordings.by_variant("degradation")
    longer = runs["plain-56, three times as long"]
    plan = word(len(experiments.DEPTHS)), word(experiments.DEEP.epochs)
    yield (
        "01 recorded-heading",
        f"{plan[0]} depths, both kinds, {plan[1]} epochs; "
        f"{word(len(experiments.PEAK_RATES))} peak rates each with seed 0",
    )
    yield (
        "01 recorded-heading",
        f"then {word(len(runs['plain-8']))} new seeds at the best rate of each",
    )
    times = word(experiments.LONGER.epochs // experiments.DEEP.epochs)
    yield (
        "01 recorded-heading",
        f"{seeds(longer, 'plain-56 run')} of {times} times the length.",
    )
    near = {depth: f"{errors(runs[f'plain-{depth}']).mean():.0f}" for depth in (20, 56)}
    yield (
        "01 recorded-heading",
        f"Plain-20 ends near {near[20]} %, plain-56 near {near[56]} %. "
        f"Where does plain-56 end with {times} times the epochs?",
    )
    yield (
        "01 depth-takeaway",
        f"{times.capitalize()} times the iterations ({seeds(longer, 'run')}) help "
        "plain-56 and do not close the gap",
    )
    lower = recordings.by_variant("recheck")
    yield (
        "01 rates-explained",
        f"{word(len(lower['plain-56 at 0.1'])).capitalize()} more seeds:",
    )
    ends = errors(runs["plain-56"])
    yield (
        "01 exercise-1-7",
        f'Behind "{spread(ends)}" stand {word(len(ends))} runs.',
    )
    yield "solutions/01 worked-1-7", f"With {word(len(ends))} runs it makes a factor"
    yield from constructed(runs)


def constructed(runs):
    further = recordings.by_variant("constructed")
    deep, shallow = further["constructed"], further["plain-20 trained on"]
    here, epochs = "01 from-good-takeaway", experiments.DEEPEST.epochs
    yield (
        "01 from-good-heading",
        f"{word(epochs)} epochs, peak rate {experiments.DEEPEST.peak_rate}. Beside it",
    )
    yield "01 from-good-heading", f"{seeds(deep).capitalize()} each (`python"
    begin = errors(runs["plain-20"][:1])[0]
    first = [100 * (1 - run["history"]["train_accuracy"][0]) for run in deep]
    yield here, f"{begin:.1f} % become {min(first):.0f} to {max(first):.0f} %."
    yield (
        here,
        f"ends at {errors(deep).mean():.1f} %: below the start, and far below the "
        f"{errors(runs['plain-56']).mean():.1f} % of plain-56 from random weights.",
    )
    longer = runs["plain-56, three times as long"]
    yield (
        here,
        f"in {word(epochs)} epochs ({seeds(runs['plain-56'], 'run')}) or in "
        f"{word(experiments.LONGER.epochs)} ({seeds(longer, 'run')}).",
    )
    yield (
        here,
        f"trained on by itself, ends at {errors(shallow).mean():.1f} %, below every",
    )


def stated():
    runs = recordings.by_variant("degradation")
    plain = {depth: errors(runs[f"plain-{depth}"]) for depth in experiments.DEPTHS}
    longer = errors(runs["plain-56, three times as long"])
    yield (
        "01 depth-takeaway",
        "it ends above plain-20 after a third of that time.",
        min(longer) > max(plain[20])
        and experiments.LONGER.epochs == 3 * experiments.DEEP.epochs,
    )
    tried = recordings.by_variant("rates")
    end = {name: errors(runs).mean() for name, runs in tried.items()}
    at_one_rate = end["plain-56 at 0.03"] / end["plain-20 at 0.03"]
    at_the_best = plain[56].mean() / plain[20].mean()
    yield (
        "01 depth-caveat",
        "from 20 to 56 layers the plain networks' error doubles",
        all(1.75 < ratio < 2.5 for ratio in (at_one_rate, at_the_best)),
    )
    best = {
        depth: min(end[f"plain-{depth} at {rate}"] for rate in experiments.PEAK_RATES)
        for depth in (8, 56)
    }
    yield (
        "01 rates-explained",
        "with more than twice the error of plain-8",
        best[56] > 2 * best[8],
    )
    yield (
        "01 rates-explained",
        "plain-56 at 0.1, which hardly learned at all?",
        min(errors(tried["plain-56 at 0.1"])) > 60,
    )
    again = recordings.by_variant("recheck")
    yield (
        "01 rates-explained",
        "each of the three networks ends higher there than at its best rate",
        all(
            min(errors(again[f"plain-{depth} at 0.01"]))
            > min(end[f"plain-{depth} at {rate}"] for rate in experiments.PEAK_RATES)
            for depth in (32, 44, 56)
        ),
    )
