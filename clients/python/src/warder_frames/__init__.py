"""Reads the framed log that warder-init writes: what a script wrote, and how it ended.

    import warder_frames

    for result in warder_frames.results_of_log(log):
        print(result.reason, result.exit_code, result.complete)

For a log that is still being written, feed a `FrameDecoder` and give its items to a `RunAssembler`.
"""

from .decoder import FrameDecoder
from .frames import ArtifactChunk, DeniedCall, Event, Exit, Frame, Item, Noise, Output, Start, Totals, Unknown
from .runs import LOST, Artifact, RunAssembler, RunResult, results_of_log

__all__ = [
    "Artifact", "ArtifactChunk", "DeniedCall", "Event", "Exit", "Frame", "FrameDecoder", "Item", "LOST", "Noise", "Output",
    "RunAssembler", "RunResult", "Start", "Totals", "Unknown", "results_of_log",
]
