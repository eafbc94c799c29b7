"""Words of the interface itself."""


def plural(count: int, noun: str) -> str:
    """`1 quote`, `2 quotes`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
