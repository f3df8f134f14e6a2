import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from resnet_lesson import fashion_mnist
from resnet_lesson.fashion_mnist import DataError, augment


def test_splits_have_the_promised_sizes_and_types(fashion):
    sizes = {"train": 55_000, "validation": 5_000, "test": 10_000}
    for name, size in sizes.items():
        split = getattr(fashion, name)
        assert split.images.shape == (size, 28, 28, 1)
        assert split.images.dtype == np.float32
        assert split.labels.shape == (size,)
        assert np.issubdtype(split.labels.dtype, np.integer)


def test_validation_is_stratified_and_train_keeps_the_rest(fashion):
    assert set(np.bincount(fashion.validation.labels)) == {500}
    assert set(np.bincount(fashion.train.labels)) == {5_500}
    assert set(np.bincount(fashion.test.labels)) == {1_000}


def test_train_and_validation_together_are_the_original_images(fashion):
    pixels = fashion_mnist._read(fashion_mnist.DATA_DIR, "train-images-idx3-ubyte.gz")
    original = sorted(row.tobytes() for row in fashion_mnist.normalize(pixels))
    splits = np.concatenate([fashion.train.images, fashion.validation.images])
    assert sorted(row.tobytes() for row in splits) == original


def test_split_is_the_same_at_every_load(fashion):
    again = fashion_mnist.load()
    assert np.array_equal(again.validation.images, fashion.validation.images)
    assert np.array_equal(again.train.labels, fashion.train.labels)


def test_normalisation_constants_are_those_of_the_training_split(fashion):
    pixels = fashion_mnist.denormalize(fashion.train.images).astype("float64")
    assert round(pixels.mean(), 4) == fashion_mnist.MEAN
    assert round(pixels.std(), 4) == fashion_mnist.STD


def test_denormalize_undoes_normalize():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    grey = fashion_mnist.denormalize(fashion_mnist.normalize(pixels))
    assert np.allclose(grey[..., 0] * 255, pixels, atol=1e-3)


@pytest.fixture
def copied(tmp_path):
    for name in fashion_mnist.SHA256:
        shutil.copy(fashion_mnist.DATA_DIR / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", fashion_mnist.SHA256)
def test_missing_file_is_named_with_the_cure(copied, name):
    (copied / name).unlink()
    with pytest.raises(DataError, match=f"{name} is missing: restore it with `git"):
        fashion_mnist.load(copied)


@pytest.mark.parametrize("name", fashion_mnist.SHA256)
def test_a_folder_in_its_place_is_named_with_the_cure(copied, name):
    (copied / name).unlink()
    (copied / name).mkdir()
    with pytest.raises(DataError, match=rf"{name} cannot be read \(.+\): restore it"):
        fashion_mnist.load(copied)


def test_a_file_that_may_not_be_read_is_named_with_the_cure(monkeypatch):
    # As it is for another user; the tests may be run by root, who may read all.
    def denied(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\): rest"):
        fashion_mnist.load()


def test_truncated_file_is_refused(copied):
    path = copied / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"t10k-labels.*expected SHA-256 8d3605d1.*got"):
        fashion_mnist.load(copied)


def test_altered_file_is_refused_even_if_it_decodes(copied):
    path = copied / "train-labels-idx1-ubyte.gz"
    raw = bytearray(gzip.decompress(path.read_bytes()))
    raw[-1] = (raw[-1] + 1) % 10
    path.write_bytes(gzip.compress(bytes(raw)))
    with pytest.raises(DataError, match=r"train-labels.*restore"):
        fashion_mnist.load(copied)


def test_augment_moves_or_mirrors_each_image_as_a_whole(fashion):
    images = fashion.train.images[:50]
    changed = augment(images, np.random.default_rng(0), flip=True, shift=2)
    assert changed.shape == images.shape
    assert changed.dtype == np.float32
    for before, after in zip(images, changed, strict=True):
        padding = ((2, 2), (2, 2), (0, 0))
        padded = np.pad(before, padding, constant_values=fashion_mnist.BLACK)
        windows = [
            padded[top : top + 28, left : left + 28]
            for top in range(5)
            for left in range(5)
        ]
        candidates = windows + [window[:, ::-1] for window in windows]
        assert any(np.allclose(after, candidate) for candidate in candidates)


def test_augment_gives_images_moves_of_their_own(fashion):
    same = np.repeat(fashion.train.images[:1], 200, axis=0)
    changed = augment(same, np.random.default_rng(0), flip=True, shift=1)
    # 3 x 3 shifts, each mirrored or not.
    assert len({image.tobytes() for image in changed}) == 18


def test_augment_follows_its_generator(fashion):
    images = fashion.train.images[:20]
    first, second, other = (
        augment(images, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_augment_without_flip_and_shift_changes_nothing(fashion):
    images = fashion.train.images[:20]
    rng = np.random.default_rng(0)
    assert np.array_equal(augment(images, rng, flip=False, shift=0), images)


def test_augment_refuses_a_negative_shift(fashion):
    with pytest.raises(ValueError, match="shift must be an integer >= 0, got -1"):
        augment(fashion.train.images[:2], np.random.default_rng(0), shift=-1)
