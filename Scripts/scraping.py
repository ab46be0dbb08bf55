#!/usr/bin/env python3
"""Measures what voice notices of somebody who reads the metrics: p99 of one-way latency with a reading every 100 ms, over that without.

    scraping.py --programs FOLDER [--rounds 3] [--seconds 6] [--rooms 10]

One server, and the same load on it in turns, with and without; every other round the other way round. The ratio is the median of
the rounds'. Exit status 1 when it is more than 1.05 or a frame was lost.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from running import WAIT_SECONDS_MAX, Failure, Server

RATIO_MAX = 1.05
PAUSE_SECONDS = 0.1


class Reader(threading.Thread):
    """Reads all metrics again and again, on one connection as Prometheus does. A new one each time would measure the reader: on two
    processors what Python does for it takes longer than what the server does."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.stopping, self.count, self.bytes = server, threading.Event(), 0, 0

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.operations, timeout=WAIT_SECONDS_MAX)
        while not self.stopping.wait(PAUSE_SECONDS):
            connection.request("GET", "/metrics")
            self.bytes = len(connection.getresponse().read())
            self.count += 1
        connection.close()


def measure(arguments, server, folder):
    command = [arguments.programs / "roomtone-load", "--server", f"127.0.0.1:{server.port}", "--rooms", arguments.rooms, "--users", 10, "--speakers", 3,
               "--pattern", "constant", "--duration", f"{arguments.seconds}s", "--ramp", "100/s", "--json", folder / "load.json",
               "--accounts", folder / "accounts.json"]
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    run = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, check=False)
    if run.returncode not in (0, 1):
        raise Failure(f"roomtone-load ended with status {run.returncode}: {run.stdout[-1_000:]}")
    heard = json.loads((folder / "load.json").read_text(encoding="utf-8"))["phases"][-1]["steady"]["all"]
    return heard["latency"]["p99"], heard["lost"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="the folder with roomtoned and roomtone-load")
    for name, value in (("rounds", 3), ("seconds", 6), ("rooms", 10)):
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    arguments.programs = arguments.programs.resolve()
    ratios, lost = [], 0
    with tempfile.TemporaryDirectory(prefix="roomtone-scraping-") as folder:
        server = Server(arguments.programs, Path(folder))
        try:
            for number in range(arguments.rounds):
                p99 = {}
                for is_read in (False, True) if number % 2 == 0 else (True, False):
                    reader = Reader(server)
                    if is_read:
                        reader.start()
                    try:
                        p99[is_read], gone = measure(arguments, server, Path(folder))
                    finally:
                        reader.stopping.set()
                    lost += gone
                    if is_read:
                        reader.join()
                        if not reader.count:
                            raise Failure("the metrics could not be read once, so nothing was measured")
                        print(f"round {number + 1}: {reader.count} readings of {reader.bytes:,} bytes")
                ratios.append(p99[True] / p99[False])
                print(f"round {number + 1}: p99 {p99[True]:.0f} µs with, {p99[False]:.0f} µs without, {ratios[-1]:.2f}×", flush=True)
        except Failure as failure:
            sys.exit(f"scraping: {failure}")
        finally:
            server.process.kill()
            server.process.wait()
    ratio = statistics.median(ratios)
    print(f"p99 with a reading every {PAUSE_SECONDS * 1_000:.0f} ms: {ratio:.2f}× ({min(ratios):.2f}…{max(ratios):.2f}), {lost} frames lost")
    return 0 if ratio <= RATIO_MAX and not lost else 1


if __name__ == "__main__":
    sys.exit(main())
