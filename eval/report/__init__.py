"""What a run found: for the terminal, for programs, and as a page."""

from eval.report.types import Report

__all__ = ["Report"]
