"""Training: the recipe, the loop that follows it, and an honest look at the result."""

from resnet_lesson.training.recipe import Recipe

__all__ = [
    "Recipe",
    "batches",
    "compile_model",
    "learning_rate",
    "run_epoch",
    "train",
    "without_optimizer",
]


def __getattr__(name):
    # Imported at first use: the command line reads `Recipe` and has to answer
    # without waiting for Keras.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from resnet_lesson.training import loop

    return getattr(loop, name)
