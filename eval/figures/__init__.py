"""Figures: what is measured, with how many questions and a 95 % interval."""

from eval.figures.measures import MEASURES, Measure, Unit
from eval.figures.table import Columns, Figure, columns, figure, figures

__all__ = ["MEASURES", "Columns", "Figure", "Measure", "Unit", "columns", "figure", "figures"]
