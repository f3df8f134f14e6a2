"""Hints for what may be wrong with the wiring of a reader's block."""

from resnet_lesson.exercises.building_resnet_blocks import (
    before,
    convolutions,
    followed,
    kind,
    places,
    summands,
)
from resnet_lesson.exercises.checking import Hint


def post_activation(kernels, strided):
    """Diagnoses a block of 2015: y = ReLU(F(x) + shortcut(x)).

    Args:
        kernels: sizes of F's convolutions, in order, such as ("3×3", "3×3").
        strided: index of the one that has the block's stride.
    """

    def diagnose(steps, text, wanted):
        mapped, carried = _two_summands(steps)
        inner = before(steps, mapped)
        _kernels(steps, inner, kernels)
        _strides(steps, inner, wanted, strided)
        _batch_norms(steps)
        _end(steps, mapped)
        if _count(steps, inner, "relu") < len(kernels) - 1:
            raise Hint(
                "A ReLU is missing inside F: without it two convolutions in a row are "
                "one linear map, but for BN."
            )
        _shortcut(steps, carried, wanted.endswith(" + x)"))

    return diagnose


def pre_activation(steps, text, wanted):
    """Diagnoses a block of 2016: y = F(x) + shortcut(x), F begins with BN, ReLU."""
    mapped, carried = _two_summands(steps)
    if steps[-1].kind != "+":
        raise Hint(
            f"Behind the sum stands {steps[-1].kind} still. What would make "
            "x_L = x_l + ΣF hold to the letter?"
        )
    inner = before(steps, mapped)
    _kernels(steps, inner, ("3×3", "3×3"))
    _strides(steps, inner, wanted, 0)
    if kind(steps, mapped) in ("bn", "relu"):
        raise Hint("F ends in its second convolution; BN and ReLU come before each.")
    if kind(steps, carried) == "relu":
        raise Hint(
            "Where the shape stays, the shortcut carries an activated x, not x itself."
        )
    if wanted.endswith(" + x"):
        if carried >= 0:
            raise Hint("Where the shape stays, the shortcut should be x itself.")
    elif kind(steps, carried) == "bn":
        raise Hint(
            "The projection reads an activated input, and needs no BN of its own."
        )
    elif not kind(steps, carried).startswith("conv 1×1"):
        raise Hint("Where the shape changes, the shortcut is a 1×1 convolution.")
    elif steps[carried].inputs == (-1,):
        raise Hint(
            "The projection reads x itself; in this block it reads what the first BN "
            "and ReLU make of it, as F does (He et al. 2016, appendix)."
        )
    if _count(steps, inner, "bn") < 2 or _count(steps, inner, "relu") < 2:
        raise Hint("Each of F's convolutions has a BN and a ReLU before it.")
    raise Hint("The order inside F is not BN, ReLU, convolution, twice.")


def _two_summands(steps):
    if not summands(steps):
        if any(step.kind == "concatenate" for step in steps):
            raise Hint("A residual block adds; concatenation sets channels in a row.")
        raise Hint("There is no sum: where does x come back in?")
    if sum(step.kind == "+" for step in steps) > 1 or len(summands(steps)) != 2:
        raise Hint("A residual block has one sum, of two summands.")
    return summands(steps)


def _kernels(steps, inner, wanted):
    found = [step.kind.split()[1].split("/")[0] for step in convolutions(steps, inner)]
    if tuple(found) != wanted:
        raise Hint(
            f"F has the convolutions {', '.join(found) or 'none'}; this block's are "
            f"{', '.join(wanted)}."
        )


def _strides(steps, inner, wanted, strided):
    found = [step.operation.strides[0] for step in convolutions(steps, inner)]
    if "/2" in wanted and [stride > 1 for stride in found].index(True) != strided:
        raise Hint("The stride sits on another convolution of F than is asked for.")


def _batch_norms(steps):
    bare = [
        place for place in places(steps, "conv") if followed(steps, place) != ["bn"]
    ]
    if not bare:
        return
    behind = followed(steps, bare[0])
    if behind == ["relu"] and len(places(steps, "bn")) == len(places(steps, "conv")):
        raise Hint("BN belongs between the convolution and its ReLU.")
    where = "the projection" if steps[bare[0]].inputs == (-1,) else "a convolution"
    where = where if kind(steps, bare[0]).startswith("conv 1×1") else "a convolution"
    raise Hint(f"BN is missing behind {where}: it stands behind every convolution.")


def _end(steps, mapped):
    if kind(steps, mapped) == "relu":
        raise Hint(
            "A ReLU acts on F before the sum, so F could only add and never take away. "
            "Where does the last ReLU sit?"
        )
    if steps[-1].kind == "+":
        raise Hint("The sum leaves the block as it is: a last ReLU is missing.")
    if steps[-1].kind != "relu" or steps[-2].kind != "+":
        raise Hint("Behind the sum stands one ReLU and nothing else.")


def _shortcut(steps, carried, identity):
    if identity:
        if carried < 0:
            raise Hint("The shortcut is right; F holds a step more, or another one.")
        if carried >= 0 and "conv" in " ".join(
            kind(steps, place) for place in before(steps, carried)
        ):
            raise Hint(
                "The shapes agree here, so the shortcut should carry x as it is: no "
                "projection, and nothing that the layers of F have changed."
            )
        raise Hint("The shortcut should carry x as it is, where the shapes agree.")
    own = before(steps, carried)
    found = convolutions(steps, own)
    if kind(steps, carried) == "relu":
        raise Hint("The projection ends in a ReLU; only the sum is followed by one.")
    if not found:
        raise Hint("Where shapes change, the shortcut is a projection: a convolution.")
    if len(found) > 1 or found[0].inputs != (-1,):
        raise Hint("The projection should read x, the input of the block.")
    raise Hint(
        "The projection is one 1×1 convolution, with the block's stride, and BN."
    )


def _count(steps, inner, word):
    return sum(kind(steps, place) == word for place in inner)
