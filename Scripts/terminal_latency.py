#!/usr/bin/env python3
"""Measures the full-screen client: from a key to its character on the screen, and what it costs while nothing happens.

    terminal_latency.py --programs FOLDER [--keys 500] [--rate 100] [--columns 120] [--rows 40] [--idle-seconds 20] [--json]

A real server, a real `roomtone` on a pseudo-terminal, and somebody who writes `--rate` messages a second into the room that it
shows. A key is a character that nobody else writes; it is on the screen when its bytes have come out of the terminal. The time
holds the client's reading, its update, its drawing and the write, and this program's own waking up.

Exit status 1 when a goal is missed: p99 under 5 ms, less than 1 % of a processor while nothing happens.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pty
import random
import re
import select
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

WAIT_SECONDS_MAX = 30
PASSWORD = "of the benchmark"
# In no word that the writer writes.
KEY = "µ"
GOAL_MILLISECONDS = 5
GOAL_IDLE_PERCENT = 1
WORDS = "we have to talk about the boat and what the weather will do to it before Sunday evening comes".split()


class Failure(Exception):
    """Something that a person must mend."""


class Server:
    def __init__(self, programs, folder):
        settings = folder / "server.yaml"
        settings.write_text("text:\n  messages_per_user_burst: 1000000\n  messages_per_user_per_second: 1000000\n"
                            "  messages_per_address_burst: 1000000\n  messages_per_address_per_second: 1000000\n"
                            "control:\n  message_burst: 10000\n")
        self.log = open(folder / "server.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [programs / "roomtoned", "--config", settings, "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--operations-port", "0",
             "--data-directory", folder / "data"], stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while not (found := re.search(r"TCP port ([0-9]+)", Path(self.log.name).read_text(encoding="utf-8"))):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Failure(f"the server did not start: {Path(self.log.name).read_text(encoding='utf-8')[-2_000:]}")
            time.sleep(0.05)
        self.port = int(found.group(1))

    def end(self):
        end(self.process)


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Writer(threading.Thread):
    """Somebody in the room who writes at a steady rate until told to stop."""

    def __init__(self, port, rate, seed):
        super().__init__(daemon=True)
        self.rate, self.chance, self.stopping, self.sent = rate, random.Random(seed), threading.Event(), 0
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.wire = context.wrap_socket(socket.create_connection(("127.0.0.1", port), WAIT_SECONDS_MAX))
        self.ask({"Register": {"username": "writer", "password": PASSWORD}}, "AuthSuccess")
        self.ask({"Join": {"room_id": 1}}, "RoomJoined")

    def say(self, message):
        self.wire.sendall(json.dumps({"sender_id": 0, "message_type": message, "request_id": 1}).encode() + b"\n")

    def ask(self, message, answer):
        self.say(message)
        text = b""
        while answer.encode() not in text:
            more = self.wire.recv(65_536)
            if not more or b'"success":false' in text:
                raise Failure(f"the server refused: {text[-500:]!r}")
            text += more

    def run(self):
        due = time.monotonic()
        self.wire.settimeout(0)
        while not self.stopping.is_set():
            words = " ".join(self.chance.choices(WORDS, k=self.chance.randint(3, 30)))
            self.say({"RoomMessage": {"room_id": 1, "sender_username": "", "content": words}})
            self.sent += 1
            with contextlib.suppress(ssl.SSLWantReadError, TimeoutError, BlockingIOError):
                while self.wire.recv(65_536):
                    pass
            due += 1 / self.rate
            self.stopping.wait(max(0, due - time.monotonic()))


class Screen:
    """`roomtone` on a pseudo-terminal of its own."""

    def __init__(self, programs, home, arguments):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", arguments.rows, arguments.columns, 0, 0))
        environment = dict(os.environ, HOME=str(home), XDG_DATA_HOME=str(home), XDG_CONFIG_HOME=str(home),
                           TERM="xterm-256color", LANG="C.UTF-8")
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen([programs / "roomtone"], stdin=slave, stdout=slave, stderr=slave, env=environment,
                                        start_new_session=True)
        os.close(slave)
        self.text = b""

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self.master, 65_536)
        except OSError as error:
            raise Failure(f"the client ended: {self.text[-2_000:]!r}") from error

    def wait_for(self, pattern):
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while not re.search(pattern, self.text):
            if time.monotonic() > deadline:
                raise Failure(f"the screen did not show {pattern!r}: {self.text[-2_000:]!r}")
            self.text += self.read(0.5)

    def rest(self, seconds):
        """Reads what is drawn for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def time_of_key(self):
        """Milliseconds from the key to its character."""
        start = time.monotonic()
        os.write(self.master, KEY.encode())
        seen = b""
        while KEY.encode() not in seen:
            if time.monotonic() - start > WAIT_SECONDS_MAX:
                raise Failure("a key was never drawn")
            seen = seen[-8:] + self.read(0.5)
        took = time.monotonic() - start
        os.write(self.master, b"\x7f")
        return took * 1_000

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        end(self.process)
        os.close(self.master)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(arguments, ends, folder):
    server = Server(arguments.programs, folder)
    ends.callback(server.end)
    home = folder / "home"
    home.mkdir()
    environment = dict(os.environ, HOME=str(home), XDG_DATA_HOME=str(home), XDG_CONFIG_HOME=str(home),
                       ROOMTONE_PASSWORD=PASSWORD)
    for words in (["register", "--server", f"127.0.0.1:{server.port}", "--user", "reader"],):
        done = subprocess.run([arguments.programs / "roomtone", *words], env=environment, capture_output=True, text=True,
                              timeout=WAIT_SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise Failure(f"the account was not made: {done.stderr}")
    writer = Writer(server.port, arguments.rate, arguments.seed)
    screen = Screen(arguments.programs, home, arguments)
    ends.callback(screen.end)
    # In no room yet, it lists those there are; Enter joins the first.
    screen.wait_for(rb"General")
    screen.rest(1)
    os.write(screen.master, b"\r")
    screen.rest(2)
    chance = random.Random(arguments.seed)
    before = screen.processor_seconds()
    screen.rest(arguments.idle_seconds)
    idle = (screen.processor_seconds() - before) / arguments.idle_seconds * 100
    quiet = [screen.time_of_key() for _ in range(arguments.keys // 5) if screen.rest(chance.uniform(0.01, 0.05)) is None]
    writer.start()
    screen.rest(2)
    start, before = time.monotonic(), screen.processor_seconds()
    busy = [screen.time_of_key() for _ in range(arguments.keys) if screen.rest(chance.uniform(0.01, 0.05)) is None]
    seconds = time.monotonic() - start
    cost = (screen.processor_seconds() - before) / seconds * 100
    writer.stopping.set()
    writer.join(WAIT_SECONDS_MAX)
    return {"idle_percent": idle, "busy_percent": cost, "messages_a_second": writer.sent / (seconds + 2),
            "quiet_milliseconds": quiet, "busy_milliseconds": busy}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--keys", type=int, default=500)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--idle-seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.keys < 5 or arguments.rate <= 0 or arguments.idle_seconds <= 0:
        parser.error("--keys is 5 at least, --rate and --idle-seconds more than 0")
    try:
        with contextlib.ExitStack() as ends:
            folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="roomtone-bench-")))
            found = measure(arguments, ends, folder)
    except (Failure, OSError) as failure:
        sys.exit(f"bench: {failure}")
    if arguments.json:
        print(json.dumps(found))
    print(f"{arguments.columns}×{arguments.rows} cells, {len(found['busy_milliseconds'])} keys, "
          f"{found['messages_a_second']:.0f} messages a second, seed {arguments.seed}", file=sys.stderr)
    for name, times in (("quiet", found["quiet_milliseconds"]), ("with messages", found["busy_milliseconds"])):
        print(f"key to screen, {name}: p50 {percentile(times, 0.5):.2f}, p99 {percentile(times, 0.99):.2f}, "
              f"max {max(times):.2f} ms")
    print(f"processor: {found['idle_percent']:.2f} % of one while nothing happens, {found['busy_percent']:.1f} % with messages and keys")
    p99 = percentile(found["busy_milliseconds"], 0.99)
    reached = [(f"p99 of a key under {GOAL_MILLISECONDS} ms: {p99:.2f}", p99 < GOAL_MILLISECONDS),
               (f"less than {GOAL_IDLE_PERCENT} % while nothing happens: {found['idle_percent']:.2f}",
                found["idle_percent"] < GOAL_IDLE_PERCENT)]
    for text, is_reached in reached:
        print("PASS" if is_reached else "FAIL", "", text)
    sys.exit(0 if all(is_reached for _, is_reached in reached) else 1)


if __name__ == "__main__":
    main()
