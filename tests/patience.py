"""How long a test waits for what is bound to come."""

# Seconds; far above what anything takes: a machine that is busy with something else is no fault of
# ours, and what never comes is ended by it all the same.
PATIENCE = 180
