#!/usr/bin/env python3
"""Compares what was heard with what was said, and prints the network table.

    sound_scores.py FOLDER    reads network.json and the WAV files there; writes network.md and scores.json

Columns that only the ear's side can know come from network.json. From the sound itself, by cross-correlation in windows of
half a second: the playout delay, which is what is left of the delay after the network's, the frame's 20 ms and the codec's
look-ahead of 6.5 ms. Gaps: where something is said and hardly anything heard. PESQ-WB (ITU-T P.862.2): mean and worst of pieces of
ten seconds; STOI: mean of pieces of two.
"""

import json
import sys
import wave
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from pesq import pesq
from pystoi import stoi
from scipy.ndimage import maximum_filter1d, minimum_filter1d
from scipy.signal import correlate, resample_poly

RATE = 48_000
PIECE = 10 * RATE
FRAME_AND_CODEC = 20 + 6.5  # milliseconds
LAG_MAX = RATE // 2
SPOKEN = 300  # RMS of 16-bit samples, -41 dBFS
STEP = RATE // 100


def read(path):
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE and file.getnchannels() == 1
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)


def lag_of(said, heard, start, length):
    """How many samples later the piece of `said` is heard, and how alike it is."""
    piece = said[start : start + length]
    around = heard[start : start + length + LAG_MAX]
    if len(around) < length:
        return 0, 0.0
    products = correlate(around, piece, mode="valid", method="fft")
    sums = np.concatenate(([0.0], np.cumsum(around**2)))
    energy = np.sqrt((sums[length:] - sums[:-length]).clip(1) * np.sum(piece**2).clip(1))
    likeness = products / energy
    best = int(np.argmax(likeness))
    return best, float(likeness[best])


def delays(said, heard, row):
    """Playout delays in milliseconds, window by window."""
    length = RATE // 2
    found = []
    for start in range(0, len(said) - length, length // 2):
        piece = said[start : start + length]
        if np.sqrt(np.mean(piece**2)) < SPOKEN:
            continue
        lag, likeness = lag_of(said, heard, start, length)
        if likeness < 0.6:
            continue
        # A talker's clock that runs slow says everything later and later.
        drift = start / RATE * row["driftPartsPerMillion"] / 1_000
        found.append(lag / 48 - drift - row["networkDelayMilliseconds"] - FRAME_AND_CODEC)
    return found


def envelope(sound):
    """RMS of 20 ms, every 10 ms."""
    sums = np.concatenate(([0.0], np.cumsum(sound**2)))
    starts = np.arange(0, len(sound) - 2 * STEP + 1, STEP)
    return np.sqrt((sums[starts + 2 * STEP] - sums[starts]) / (2 * STEP))


def gaps(said, heard):
    """Milliseconds of each gap: for 30 ms something is said all the time, and in no 20 ms from 20 ms before until 20 ms after is
    more heard than 15 dB below. That much around it, because sound that is stretched does not lie where its half second lies."""
    length = RATE // 2
    found = []
    for start in range(0, len(said) - length + 1, length):
        piece = said[start : start + length]
        lag, _ = lag_of(said, heard, start, length)
        spoken = minimum_filter1d(envelope(piece), 3)
        present = maximum_filter1d(envelope(heard[start + lag : start + lag + length]), 5)
        count = min(len(spoken), len(present))
        missing = (spoken[:count] > SPOKEN) & (present[:count] < spoken[:count] * 10 ** (-15 / 20))
        # Where it begins and ends; what is missing is as much longer as was looked around.
        edges = np.flatnonzero(np.diff(np.concatenate(([0], missing.astype(int), [0]))))
        found += [int(end - begin) * 10 + 60 for begin, end in zip(edges[::2], edges[1::2])]
    return found


def aligned(said, heard):
    """Both at 16 kHz, heard from where it lies best."""
    length = len(said)
    lag, _ = lag_of(said, heard, 0, length)
    reference = resample_poly(said, 1, 3)
    degraded = resample_poly(heard[lag : lag + length], 1, 3)
    count = min(len(reference), len(degraded))
    return reference[:count], degraded[:count]


def quality(said, heard):
    reference, degraded = aligned(said, heard)
    return pesq(16_000, reference.astype(np.int16), degraded.astype(np.int16), "wb")


def intelligibility(said, heard):
    """STOI knows no delay that changes: pieces of two seconds, each aligned; None where too little is said."""
    reference, degraded = aligned(said, heard)
    if np.mean(np.abs(reference) > 300) < 0.1:
        return None
    return stoi(reference, degraded, 16_000)


def pieces(said, heard, length, measure):
    found = [
        measure(said[start : start + length], heard[start : start + length + LAG_MAX])
        for start in range(0, len(said) - length + 1, length)
    ]
    return [value for value in found if value is not None]


def score(arguments):
    folder, row = arguments
    said, heard = read(folder / row["said"]), read(folder / row["heard"])
    # By what the clocks have drifted apart until the file begins; a talker who is ahead said its start before it.
    shift = int(row["firstSecond"] * row["driftPartsPerMillion"] * RATE / 1e6)
    if shift < 0:
        said = said[-shift:]
    else:
        heard = heard[shift:]
    # What was said after that was not kept is nobody's loss.
    said = said[: len(heard) - LAG_MAX]
    playout = delays(said, heard, row)
    qualities = pieces(said, heard, PIECE, quality)
    row = dict(row)
    row["delayMean"] = float(np.mean(playout)) if playout else None
    row["delay95"] = float(np.percentile(playout, 95)) if playout else None
    row["gaps"] = gaps(said, heard)
    row["pesq"] = float(np.mean(qualities))
    row["pesqWorst"] = float(np.min(qualities))
    row["stoi"] = float(np.mean(pieces(said, heard, PIECE // 5, intelligibility)))
    return row


HEAD = (
    "| network | listener | lost | late | concealed | stretched | gaps | longest | delay mean | p95 | sound | copies | PESQ-WB | worst | STOI |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def line(row):
    def number(value, digits):
        return "–" if value is None else f"{value:.{digits}f}"

    return (
        f"| {row['network']} | {row['listener']} | {row['lostPercent']:.2f} % | {row['latePercent']:.2f} % "
        f"| {row['concealedPercent']:.2f} % | {row['stretchedPercent']:.2f} % | {len(row['gaps'])} "
        f"| {max(row['gaps'], default=0)} ms | {number(row['delayMean'], 1)} ms "
        f"| {number(row['delay95'], 1)} ms | {row['soundKilobitsPerSecond']:.1f} | "
        f"{row['redundancyKilobitsPerSecond']:.1f} | **{row['pesq']:.2f}** | {row['pesqWorst']:.2f} | {row['stoi']:.3f} |"
    )


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = Path(arguments[0])
    rows = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    with ProcessPoolExecutor() as pool:
        scored = list(pool.map(score, [(folder, row) for row in rows]))
    table = "\n".join([HEAD] + [line(row) for row in scored]) + "\n"
    (folder / "scores.json").write_text(json.dumps(scored, indent=1), encoding="utf-8")
    (folder / "network.md").write_text(table, encoding="utf-8")
    print(table, end="")


if __name__ == "__main__":
    main(sys.argv[1:])
