import browsing
import pytest

from resnet_lesson import fashion_mnist
from resnet_lesson.base.quiet import keras
from resnet_lesson.models import fashion_resnet


@pytest.fixture(scope="module")
def chromium():
    """A browser; the test is skipped where there is none."""
    with browsing.browser() as chromium:
        yield chromium


@pytest.fixture
def tell(record_property):
    """Adds a number to a figure that is shown at the end of the test run."""

    def add(figure, number):
        record_property("measured", (figure, number))

    return add


def pytest_terminal_summary(terminalreporter):
    figures = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "measured":
                figures[value[0]] = figures.get(value[0], 0) + value[1]
    if figures:
        terminalreporter.section("measured")
    for figure, number in figures.items():
        terminalreporter.write_line(f"{figure}: {number:,}")


@pytest.fixture(scope="session")
def fashion():
    return fashion_mnist.load()


@pytest.fixture(scope="session")
def drawn(fashion):
    """Every drawing of the course, laid out; drawing takes time, so it is done once."""
    import drawings

    figures = list(drawings.drawings(fashion))
    for figure in figures:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    return figures


@pytest.fixture(scope="session")
def few(fashion):
    """Real images, few enough to train on in a second."""
    return fashion_mnist.FashionMNIST(
        fashion.train.first(160), fashion.validation.first(100), fashion.test.first(100)
    )


@pytest.fixture
def tiny():
    """Builds the same small residual network at every call."""

    def build():
        keras.utils.set_random_seed(0)
        return fashion_resnet(stages=(1, 1), width=8)

    return build
