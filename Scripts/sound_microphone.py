#!/usr/bin/env python3
"""Scores what the microphone's processing left, and prints the microphone table.

    sound_microphone.py FOLDER    reads microphone.json and the WAV files there; writes microphone.md

PESQ-WB (ITU-T P.862.2) and STOI (Taal et al., 2011), each against what was said, at 16 kHz.
"""

import json
import sys
import wave
from pathlib import Path

import numpy as np
from pesq import pesq
from pystoi import stoi
from scipy.signal import resample_poly


def read(path):
    with wave.open(str(path)) as file:
        assert file.getframerate() == 48_000 and file.getnchannels() == 1
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32_768
    return resample_poly(samples, 1, 3)


def scores(folder, said, heard):
    said, heard = read(folder / said), read(folder / heard)
    count = min(len(said), len(heard))
    return pesq(16_000, said[:count], heard[:count], "wb"), stoi(said[:count], heard[:count], 16_000)


def seconds(value):
    return "never" if value is None else f"{value:.1f} s"


def main():
    folder = Path(sys.argv[1])
    report = json.loads((folder / "microphone.json").read_text())
    lines = [
        "| room | 25 dB after | in the 3rd second | 10th | after a move: 25 dB after | 3rd | talk alone, PESQ | with echo | loss |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report["echo"]:
        alone, _ = scores(folder, row["said"], row["alone"])
        both, _ = scores(folder, row["said"], row["doubleTalk"])
        first, moved = row["decibelsPerSecond"], row["decibelsAfterMovePerSecond"]
        lines.append(
            f"| {row['room']} | {seconds(row.get('secondsTo25'))} | {first[2]:.0f} dB | {first[9]:.0f} dB "
            f"| {seconds(row.get('secondsTo25AfterMove'))} | {moved[2]:.0f} dB "
            f"| {alone:.2f} | {both:.2f} | {alone - both:.2f} |"
        )
    lines += [
        "",
        "| room | devices report too much | found after | put right by | 25 dB after that | at the end |",
        "|---|---|---|---|---|---|",
    ]
    for row in report["delay"]:
        found = row.get("secondsToCorrection")
        correction = "–" if found is None else f"{row['correctionMilliseconds']:.0f} ms"
        lines.append(
            f"| {row['room']} | {row['lieMilliseconds']} ms | {'–' if found is None else seconds(found)} | {correction} "
            f"| {seconds(row.get('secondsTo25'))} | {row['decibelsAtTheEnd']:.0f} dB |"
        )
    lines += ["", "| at the microphone | played, not heard there | corrections in 60 s |", "|---|---|---|"]
    lines += [f"| {row['near']} | {row['far']} | {row['corrections']} |" for row in report["noEcho"]]
    lines += ["", "| noise | ratio | grows by | STOI before | after | PESQ before | after |", "|---|---|---|---|---|---|---|"]
    for row in report["noise"]:
        before = scores(folder, row["said"], row["before"])
        after = scores(folder, row["said"], row["after"])
        lines.append(
            f"| {row['noise']} | {row['ratioDecibels']} dB | {row['gainDecibels']:.1f} dB | {before[1]:.3f} "
            f"| {after[1]:.3f} | {before[0]:.2f} | {after[0]:.2f} |"
        )
    lines += ["", "| noise | ratio | speech missed | false alarms | onsets cut |", "|---|---|---|---|---|"]
    for row in report["activity"]:
        ratio = "–" if row.get("ratioDecibels") is None else f"{row['ratioDecibels']} dB"
        lines.append(
            f"| {row['noise']} | {ratio} | {row['missedPercent']:.1f} % | {row['falseAlarmPercent']:.1f} % "
            f"| {row['onsetsCut']} of {row['onsets']} |"
        )
    lines += ["", f"Everything on, with echo and encoding, takes {report['corePercent']:.2f} % of a core; "
        f"{report['allocations']} allocations in 20 s. Seed {report['seed']}."]
    text = "\n".join(lines) + "\n"
    (folder / "microphone.md").write_text(text)
    print(text, end="")


main()
