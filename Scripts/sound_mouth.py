#!/usr/bin/env python3
"""Measures the delay from one client's microphone to another's speaker: a real server and two real `roomtone talk`.

    sound_mouth.py --programs FOLDER --speech FOLDER [--out FOLDER] [--profile standard,low-latency]
                   [--devices pulse|file|both] [--seed N] [--seconds N] [--loss PERCENT] [--unprocessed] [--json]

pulse   The air of the room is one PulseAudio null sink with two channels: what is said is played into the left, which the
        talker's microphone hears; the listener's speaker plays into the right. Both are recorded by one program in one stream,
        so that they have one clock. `alone` in the table is the same without Roomtone: arecord into aplay with the same
        periods, which is what ALSA and PulseAudio take for themselves.
file    A WAV file for the microphone and one for the speaker, which move by the system's clock; no PulseAudio. The instants
        at which they start are those at which the clients make their recordings (inotify(7)).

Delay: by cross-correlation of the differences from sample to sample, in windows of half a second, a quarter of a second apart. Gaps: 5 ms and more of silence where
something is said. The second table says where the median's milliseconds go: what the clients measure themselves (command
`delay`), what the profile is made to take, and the rest: computing, the server, and what lies between a device's report and the air.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from sound_room import WAIT_SECONDS_MAX, Asking, Bench, Creations, Failure
from sound_scores import PIECE, RATE, lag_of, pieces, quality, read

WINDOW = RATE // 2
LIKENESS_MIN = 0.5
NEEDED = {
    "pulse": {
        "pulseaudio": "pulseaudio", "pacat": "pulseaudio-utils", "pactl": "pulseaudio-utils", "arecord": "alsa-utils",
        "aplay": "alsa-utils",
    },
    "file": {},
    "loss": {"nft": "nftables", "ip": "iproute2", "unshare": "util-linux"},
}
PROFILES = ("standard", "low-latency", "low-bandwidth", "music")
# What clients ask of devices, in samples: a period of a speaker, and the fewest in a buffer that ALSA's plugin for PulseAudio takes.
PERIOD = 120
PERIODS_MIN = 3
# Of silence before speech, in which what has just been connected settles.
SETTLE_SECONDS = 6


def speech(arguments):
    """Recordings in an order by chance, with pauses of 0.2 to 0.8 s, as long as was asked for."""
    chance = random.Random(arguments.seed)
    files = sorted(arguments.speech.glob("*.wav"))
    if not files:
        raise Failure(f"there are no WAV files in {arguments.speech}")
    chance.shuffle(files)
    parts = [np.zeros(SETTLE_SECONDS * RATE)]
    count, wanted = len(parts[0]), int((SETTLE_SECONDS + arguments.seconds) * RATE)
    while count < wanted:
        for path in files:
            samples = load(path)
            parts += [samples, np.zeros(int(chance.uniform(0.2, 0.8) * RATE))]
            count += len(samples) + len(parts[-1])
    return np.concatenate(parts)[:wanted].clip(-32_768, 32_767).astype(np.int16)


def load(path):
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
        return samples if file.getframerate() == RATE else resample_poly(samples, RATE // file.getframerate(), 1)


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def figures(said, heard, shift=0.0):
    """Delays in milliseconds, and what became of the sound. `shift`: how much later than `said` begins `heard`."""
    # Differences: of the sound itself, whose lows are turned down by the processing, a pitch period too much is sometimes as alike.
    said_steps, heard_steps = np.diff(said, prepend=0), np.diff(heard, prepend=0)
    delays, windows = [], 0
    for start in range(0, len(said) - WINDOW, WINDOW // 2):
        piece = said[start : start + WINDOW]
        if np.sqrt(np.mean(piece**2)) < 300:
            continue
        windows += 1
        lag, likeness = lag_of(said_steps, heard_steps, start, WINDOW)
        if likeness >= LIKENESS_MIN:
            delays.append(lag / 48 + shift)
    result = {"windows": windows, "found": len(delays), "delays": [round(delay, 2) for delay in delays]}
    if delays:
        for name, share in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)):
            result[name] = float(np.percentile(delays, share))
        result["gaps"] = gaps(said, heard, int(np.median(delays) * 48 - shift * 48))
        said, heard = said[SETTLE_SECONDS * RATE :], heard[SETTLE_SECONDS * RATE :]
        qualities = pieces(said, heard, PIECE, quality)
        result["pesq"] = float(np.mean(qualities)) if qualities else None
    return result


def gaps(said, heard, lag):
    """Silences of 5 ms and more in what was heard, where what was said 15 ms around is loud."""
    step = RATE // 200
    count = min(len(said), len(heard) - lag) // step
    level = np.sqrt(np.mean(said[: count * step].reshape(count, step) ** 2, axis=1))
    other = np.sqrt(np.mean(heard[lag : lag + count * step].reshape(count, step) ** 2, axis=1))
    loud = np.minimum.reduce([level[step_:count - 6 + step_] for step_ in range(7)]) > 300
    silent = other[3 : count - 3] < 3
    missing = loud & silent
    return int(np.sum(missing & ~np.concatenate(([False], missing[:-1]))))


def client_options(arguments, profile):
    options = ["--profile", profile]
    if arguments.unprocessed:
        options += ["--no-echo-cancelling", "--no-noise-suppression", "--no-automatic-gain"]
    return options + arguments.client


def measure_pulse(bench, profile, said):
    with contextlib.ExitStack() as ends:
        options = client_options(bench.arguments, profile)
        ear = bench.talk(ends, "ear", "--input", "null", "--output", "bench_mouth_out", *options)
        ear.wait_for("You hear the room")
        mouth = bench.talk(ends, "mouth", "--continuous", "--input", "bench_ear_in", "--output", "null", *options)
        mouth.wait_for("You hear the room")
        ear.wait_for("joined voice")
        time.sleep(1)
        begun, used = time.monotonic(), [client.processor_seconds() for client in (mouth, ear)]
        with Asking((mouth, ear)):
            recorded = bench.play_and_record(said)
        seconds = time.monotonic() - begun
        cores = [100 * (client.processor_seconds() - before) / seconds for client, before in zip((mouth, ear), used)]
        for client in (mouth, ear):
            client.take(1)
    if bench.arguments.out:
        for name, samples in zip(("said", "heard"), recorded):
            write(bench.arguments.out / f"{profile}-{name}.wav", samples)
    return figures(*recorded) | {"cores": cores, "ear": ear.text, "mouth": mouth.text}


def measure_alone(bench, profile, said):
    """ALSA and PulseAudio without Roomtone: from the microphone straight to the speaker."""
    form = ["--quiet", "--file-type=raw", "--format=S16_LE", "--rate=48000", "--channels=1", f"--period-size={PERIOD}",
            f"--buffer-size={PERIODS_MIN * PERIOD}"]
    with contextlib.ExitStack() as ends:
        reader, writer = os.pipe()
        for arguments, ending in (
            (["arecord", "--device=bench_ear_in", *form], {"stdout": writer}),
            (["aplay", "--device=bench_mouth_out", *form], {"stdin": reader}),
        ):
            process = subprocess.Popen(arguments, env=bench.environment, stderr=subprocess.DEVNULL, **ending)
            ends.callback(lambda process=process: (process.kill(), process.wait()))
        os.close(reader)
        os.close(writer)
        time.sleep(1)
        return figures(*bench.play_and_record(said))


def measure_file(bench, profile, said):
    folder = Path(tempfile.mkdtemp(dir=bench.folder))
    created = Creations(folder)
    write(folder / "said.wav", said)
    with contextlib.ExitStack() as ends:
        options = client_options(bench.arguments, profile)
        ear = bench.talk(ends, "ear", "--input", "null", "--output", folder / "heard.wav", *options)
        heard_from = created.wait("heard.wav", ear)
        ear.wait_for("You hear the room")
        mouth = bench.talk(ends, "mouth", "--continuous", "--input", folder / "said.wav", "--output", folder / "own.wav",
                           "--exit-at-end", *options)
        said_from = created.wait("own.wav", mouth)
        mouth.process.wait(len(said) / RATE + WAIT_SECONDS_MAX)
    heard = read(folder / "heard.wav")
    # The first period is asked for when one has passed, and would sound from the next on.
    heard_from += 2 * PERIOD / RATE
    cut = int((said_from - heard_from) * RATE)
    shift = (heard_from + cut / RATE - said_from) * 1_000
    return figures(said.astype(np.float64), heard[cut:], shift) | {"ear": ear.text, "mouth": mouth.text}


def drop_datagrams(percent, voice_port):
    """In this process's network namespace, which is its own: of what the server sends over UDP."""
    rules = f"""table ip bench {{ chain input {{ type filter hook input priority 0;
        udp sport {voice_port} numgen random mod 10000 < {round(percent * 100)} counter drop
        }}
        }}\n"""
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)


def check_programs(arguments):
    kinds = ["pulse", "file"] if arguments.devices == "both" else [arguments.devices]
    if arguments.loss:
        kinds.append("loss")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = {package for kind in kinds for program, package in NEEDED[kind].items() if not shutil.which(program)}
    if "pulse" in kinds and not list(Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so")):
        missing.add("libasound2-plugins")
    if missing:
        raise Failure("missing; as root, run: apt install " + " ".join(sorted(missing)))


def enter_namespace():
    """Starts this program again where no other has its network: with a loopback of its own and nothing else."""
    if os.environ.get("ROOMTONE_BENCH_NAMESPACE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    own = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    os.environ["ROOMTONE_BENCH_NAMESPACE"] = "1"
    os.execvp(own[0], [*own, sys.executable, *sys.argv])


# What a profile is made to take, in milliseconds: the microphone's processing (Documentation/Sound.md), a frame, the encoder's
# look-ahead.
MADE = {"standard": (7, 20, 6.5), "low-latency": (0, 5, 2.5), "low-bandwidth": (7, 60, 6.5), "music": (0, 20, 6.5)}
STAGES = ("microphone", "processing", "frame", "look-ahead", "buffer", "speaker", "the rest")


def stages(row, unprocessed):
    """Where the median's milliseconds go: what the clients said while they were asked, and what the profile is made to take."""
    def median(text, word):
        values = [float(found) for found in re.findall(rf"^delay: .*?{word} ([0-9.]+) ms", text, re.MULTILINE)]
        return float(np.median(values[int(SETTLE_SECONDS / Asking.SECONDS) :] or values)) if values else None

    processing, frame, ahead = MADE[row["profile"]]
    known = {"microphone": median(row["mouth"], "microphone"), "processing": 0 if unprocessed else processing,
             "frame": frame, "look-ahead": ahead, "buffer": median(row["ear"], "buffer"),
             "speaker": median(row["ear"], "speaker")}
    return known | {"the rest": row["p50"] - sum(value for value in known.values() if value)}


def stage_table(rows, unprocessed):
    """Rows of clients whose path is known, one below the other."""
    rows = [row for row in rows if row["devices"] == "pulse" and row["found"]]
    lines = ["", "| of p50, in ms | " + " | ".join(STAGES) + " | grown |", "|---|" + "--:|" * (len(STAGES) + 1)]
    for row in rows:
        row["stages"] = stages(row, unprocessed)
        values = ["–" if row["stages"][stage] is None else f"{row['stages'][stage]:.1f}" for stage in STAGES]
        grown = re.findall(r"grown ([0-9]+) times", row["ear"])
        lines.append(f"| {row['profile']} | " + " | ".join(values) + f" | {grown[-1] if grown else '–'} |")
    return "\n".join(lines) if rows else ""


HEAD = ("| profile | devices | found | p50 | p95 | p99 | max | gaps | PESQ-WB | talker's, listener's core |\n"
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")


def line(row):
    if not row["found"]:
        return f"| {row['profile']} | {row['devices']} | 0 of {row['windows']} | – | – | – | – | – | – | – |"
    times = " | ".join(f"{row[name]:.1f} ms" for name in ("p50", "p95", "p99", "max"))
    pesq = "–" if row["pesq"] is None else f"{row['pesq']:.2f}"
    cores = ", ".join(f"{percent:.1f} %" for percent in row["cores"]) if "cores" in row else "–"
    return (f"| {row['profile']} | {row['devices']} | {row['found']} of {row['windows']} | {times} | {row['gaps']} "
            f"| {pesq} | {cores} |")


def run(arguments):
    check_programs(arguments)
    if arguments.loss:
        enter_namespace()
    said = speech(arguments)
    rows = []
    with tempfile.TemporaryDirectory(prefix="roomtone-mouth-") as folder, contextlib.ExitStack() as ends:
        bench = Bench(arguments, Path(folder), ends)
        bench.start_server()
        if arguments.loss:
            drop_datagrams(arguments.loss, bench.voice_port)
        if arguments.devices != "file":
            bench.start_sound()
        print(HEAD, flush=True)
        for profile in arguments.profile.split(","):
            for devices, measure in (("pulse", measure_pulse), ("alone", measure_alone), ("file", measure_file)):
                if arguments.devices not in ("both", "pulse" if devices == "alone" else devices):
                    continue
                row = {"profile": profile, "devices": devices} | measure(bench, profile, said)
                rows.append(row)
                print(line(row), flush=True)
    print(stage_table(rows, arguments.unprocessed), flush=True)
    if arguments.out:
        (arguments.out / "mouth.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0 if all(row["found"] for row in rows) else 1


def percent(text):
    value = float(text.rstrip("%"))
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError("give a percentage between 0 and 100")
    return value


def parsed():
    parser = argparse.ArgumentParser(prog="bench sound mouth-to-ear")
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--speech", type=Path, required=True, help="folder of WAV files")
    parser.add_argument("--out", type=Path, help="folder for mouth.json (the figures, and what the clients said) and what was said and heard")
    parser.add_argument("--profile", default="standard,low-latency", help="profiles, with commas between them")
    parser.add_argument("--devices", choices=("pulse", "file", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20, help="of speech, for each row")
    parser.add_argument("--loss", type=percent, default=0, help="of the datagrams to the listener, in percent")
    parser.add_argument("--unprocessed", action="store_true", help="without echo cancelling, suppression and gain")
    parser.add_argument("--client", action="append", default=[], metavar="OPTION",
                        help="a further option for both clients (--client=--complexity --client=5)")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.profile.split(",") if name not in PROFILES]:
        parser.error(f"unknown profile: {', '.join(unknown)}")
    return arguments


def stop(number, frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        sys.exit(run(parsed()))
    except Failure as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit("bench: stopped")
