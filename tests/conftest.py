"""Settings for every test."""

from hypothesis import settings

# The machines are shared: how long an example takes says nothing about the code.
settings.register_profile("pincite", deadline=None)
settings.load_profile("pincite")

# The indexes of real texts, and the fixtures of the browser tests.
pytest_plugins = ["tests.corpora", "tests.room"]
