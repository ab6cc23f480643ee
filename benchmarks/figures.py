"""Medians, spreads and ratios, and the tables made of them. Pure."""

import statistics


def percentile(values, share):
    """The value that `share` of them do not exceed: the nearest rank, so always one that was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def summary(values):
    """What is kept of a series; everything in the unit of the values."""
    return {
        "count": len(values),
        "median": statistics.median(values),
        "p10": percentile(values, 0.1),
        "p90": percentile(values, 0.9),
        "p99": percentile(values, 0.99),
        "minimum": min(values),
        "maximum": max(values),
    }


def pairs(ones, others):
    """The ratios of two series, round by round: what disturbs a round disturbs both of it, and falls out."""
    return summary([one / other for one, other in zip(ones, others, strict=True)])


def ratio(one, other):
    return None if not other or one is None else one / other


def text(value, digits=None):
    """A number as a table shows it; what was not measured is a dash."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def table(head, rows):
    """A table in Markdown; the first column is text, the others numbers."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(text(cell) for cell in row) + " |" for row in rows]) + "\n"


def verdict(value, target, at_most=True, digits=None):
    """Whether a target is met, in words for a table."""
    if value is None:
        return "not measured"
    met = value <= target if at_most else value >= target
    return ("met" if met else "missed") + f" ({text(value, digits)}, target {'≤' if at_most else '≥'} {text(target, 2)})"
