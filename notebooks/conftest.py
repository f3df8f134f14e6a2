"""Settings for running the notebooks through nbval."""

# Of a figure its alt text and its size are compared; its pixels may differ in a
# rounding from one machine to the next.
PIXELS = r"data:image/png;base64,[^\"]+"


def pytest_collection_modifyitems(items):
    for item in items:
        if hasattr(item, "output_timeout"):
            # nbval waits 5 s for the next output message, whatever the cell
            # does; a busy machine may need longer.
            item.output_timeout = 120
            item.parent.sanitize_patterns[PIXELS] = "pixels"
