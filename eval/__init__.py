"""Question sets and figures: how well the answers are, measured on sets whose gold is known."""
