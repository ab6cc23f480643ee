"""Reads the framed log that warder-init writes: what a script wrote, and how it ended.

    import warder_frames

    for result in warder_frames.results_of_log(log):
        print(result.reason, result.exit_code, result.complete)

For a log that is still being written there is `LogReader`; beneath it a `FrameDecoder` makes items of bytes, and a
`RunAssembler` results of items.
"""

from .decoder import FrameDecoder
from .frames import ArtifactChunk, ArtifactEnd, ArtifactTotals, DeniedCall, Event, Exit, Frame, Item, Noise, Output, Start
from .frames import Totals, Unknown
from .results import LOST, Artifact, RunResult
from .runs import LogReader, RunAssembler, results_of_log

__all__ = [
    "Artifact", "ArtifactChunk", "ArtifactEnd", "ArtifactTotals", "DeniedCall", "Event", "Exit", "Frame", "FrameDecoder",
    "Item", "LOST", "LogReader", "Noise", "Output", "RunAssembler", "RunResult", "Start", "Totals", "Unknown", "results_of_log",
]
