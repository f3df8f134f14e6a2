"""Training: the recipe, the loop that follows it, and an honest look at the result.

Keras' `fit` was tried instead, with a `PyDataset` and `BackupAndRestore`. It resumes
bit for bit as well, but only if the dataset is told by hand which epoch it serves
(Keras ends one before the first), it forgets the history before the interruption,
and its bar leaves control characters in a notebook. Our loop buys these three,
and steps that compute the parts of a batch side by side; see `step`.
"""

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
