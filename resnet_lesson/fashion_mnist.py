"""Fashion-MNIST: 70,000 grey images of clothes, embedded in the package.

The four original files lie beside this module, bit for bit as Zalando
Research published them; nothing is ever downloaded.

Source: Xiao, Rasul & Vollgraf, "Fashion-MNIST: a Novel Image Dataset for
Benchmarking Machine Learning Algorithms", arXiv:1708.07747 (2017), MIT
licence (data/LICENSE).
"""

import gzip
import hashlib
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path

import numpy as np

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# Of the pixels, scaled to [0, 1], of the 55,000 training images alone: the
# validation and test images must not have a say in how they are normalised.
MEAN = 0.2860
STD = 0.3531
BLACK = -MEAN / STD  # a background pixel after normalisation

DATA_DIR = Path(__file__).parent / "data"
SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"
    ),
    "train-labels-idx1-ubyte.gz": (
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"
    ),
}
VALIDATION_PER_CLASS = 500
SPLIT_SEED = 2015


class DataError(RuntimeError):
    """A data file is missing, cannot be read or is not the original."""


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    images: float32 (n, 28, 28, 1), normalised.
    labels: int64 (n,), an index into `CLASS_NAMES`.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    def first(self, count):
        """The first `count` examples: a fixed, arbitrary sample."""
        _check_integer("count", count)
        return Split(self.images[:count], self.labels[:count])

    def half_size(self):
        """The same examples at 14 x 14 pixels, each the mean of 2 x 2 of them."""
        return Split(half_size(self.images), self.labels)


@dataclass(frozen=True)
class FashionMNIST:
    """The three splits: 55,000 to learn from, 5,000 to choose by, 10,000 to judge."""

    train: Split
    validation: Split
    test: Split


def load(data_dir=DATA_DIR):
    """Read, check, normalise and split the dataset.

    Args:
        data_dir: folder with the four original files.

    Returns:
        A `FashionMNIST`. Validation holds 500 images of each class, drawn
        once with a fixed seed from the original training images; the others
        are the training split, in their original order. Pixels are
        (p / 255 - MEAN) / STD.

    Raises:
        DataError: a file is missing, truncated or altered.
    """
    images = _read(data_dir, "train-images-idx3-ubyte.gz")
    labels = _read(data_dir, "train-labels-idx1-ubyte.gz").astype(np.int64)
    in_validation = np.zeros(len(labels), dtype=bool)
    rng = np.random.default_rng(SPLIT_SEED)
    for label in range(len(CLASS_NAMES)):
        members = np.flatnonzero(labels == label)
        in_validation[rng.choice(members, VALIDATION_PER_CLASS, replace=False)] = True
    return FashionMNIST(
        train=Split(normalize(images[~in_validation]), labels[~in_validation]),
        validation=Split(normalize(images[in_validation]), labels[in_validation]),
        test=Split(
            normalize(_read(data_dir, "t10k-images-idx3-ubyte.gz")),
            _read(data_dir, "t10k-labels-idx1-ubyte.gz").astype(np.int64),
        ),
    )


def normalize(pixels):
    """Pixels uint8 (n, 28, 28) to network inputs float32 (n, 28, 28, 1).

    Raises:
        ValueError: other pixels, such as scaled ones: twice is once too often.
    """
    if getattr(pixels, "dtype", None) != np.uint8 or pixels.ndim != 3:
        raise ValueError(
            f"pixels must be uint8 (n, height, width), got {_described(pixels)}"
        )
    scaled = pixels[..., np.newaxis].astype(np.float32)
    scaled -= 255 * MEAN
    scaled /= 255 * STD
    return scaled


def denormalize(images):
    """Network inputs back to grey values in [0, 1], for display: float32."""
    return np.clip(images * STD + MEAN, 0, 1)


def half_size(images):
    """Images (n, height, width, channels) averaged over tiles of 2 x 2 pixels.

    Raises:
        ValueError: height or width is odd, or the rank another.
    """
    if np.ndim(images) != 4 or images.shape[1] % 2 or images.shape[2] % 2:
        raise ValueError(
            "images must be (n, height, width, channels), height and width even, "
            f"got {_described(images)}"
        )
    # In this order the sums round as those of `mean` over the tiles do, with
    # which most recordings were made; a last bit can turn a run's outcome.
    columns = images[:, :, ::2] + images[:, :, 1::2]
    return (columns[:, ::2] + columns[:, 1::2]) / 4


def augment(images, rng, *, flip=True, shift=2):
    """Mirror and shift each image at random.

    Args:
        images: float32 (n, height, width, 1), normalised.
        rng: a `numpy.random.Generator`.
        flip: mirror left and right with probability 1/2.
        shift: largest shift in pixels, up, down, left or right; black moves in.

    Returns:
        New images of the same shape.

    Raises:
        ValueError: `shift` is no integer >= 0, or `images` have another rank.
    """
    _check_integer("shift", shift)
    if np.ndim(images) != 4:
        raise ValueError(
            f"images must be (n, height, width, channels), got {_described(images)}"
        )
    n, height, width, _ = images.shape
    padding = ((0, 0), (shift, shift), (shift, shift), (0, 0))
    padded = np.pad(images, padding, constant_values=np.float32(BLACK))
    top, left = rng.integers(0, 2 * shift + 1, size=(2, n))
    rows = top[:, np.newaxis] + np.arange(height)
    columns = left[:, np.newaxis] + np.arange(width)
    if flip:
        mirrored = rng.random(n) < 0.5
        columns[mirrored] = columns[mirrored, ::-1]
    return padded[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


def verify(name, data_dir=DATA_DIR):
    """The path of a data file, once it is known to be the original.

    Args:
        name: a key of `SHA256`.
        data_dir: folder with the file.

    Returns:
        (path, content as bytes, still compressed).

    Raises:
        DataError: the file is missing, cannot be read or its SHA-256 differs.
        ValueError: it is none of the four.
    """
    if not isinstance(name, str) or name not in SHA256:
        raise ValueError(f"name must be one of {tuple(SHA256)}, got {name!r}")
    path = Path(data_dir) / name
    cure = (
        "restore it with `git checkout -- resnet_lesson/data` in your clone, "
        "or install the package again"
    )
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} is missing: {cure}") from None
    except OSError as error:  # a folder, or a file that may not be read
        raise DataError(f"{path} cannot be read ({error.strerror}): {cure}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise DataError(
            f"{path} is not the original file: expected SHA-256 {SHA256[name]}, "
            f"got {digest} ({len(content):,} bytes): {cure}"
        )
    return path, content


def _check_integer(name, value):
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be an integer >= 0, got {value!r}")


def _described(values):
    """The type and shape of what should have been an array."""
    return f"{getattr(values, 'dtype', type(values).__name__)} {np.shape(values)}"


def _read(data_dir, name):
    """Decode an IDX file: a magic number, the dimensions, then uint8 values."""
    _, content = verify(name, data_dir)
    raw = gzip.decompress(content)
    dimensions = raw[3]
    shape = np.frombuffer(raw, ">u4", count=dimensions, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
