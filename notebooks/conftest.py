"""Settings for running the notebooks through nbval."""


def pytest_collection_modifyitems(items):
    for item in items:
        if hasattr(item, "output_timeout"):
            # nbval waits 5 s for the next output message, whatever the cell
            # does; a busy machine may need longer.
            item.output_timeout = 120
