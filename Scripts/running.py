#!/usr/bin/env python3
"""Reloads, copies and drains a server that is in use, and counts whether anything was lost to it.

    running.py --programs FOLDER [--seconds 20] [--rooms 4] [--users 8] [--speakers 2] [--writers 4] [--json]

A real roomtoned; roomtone-load talks and chats in rooms of its own, writers write as fast as they are answered. Meanwhile: a reload
(SIGHUP) each second, with limits that change; an online backup every two; after six tenths of the time SIGTERM, while people
talk on. Then the books are compared: each acknowledged message with the database, those acknowledged before a backup began with
the backup, each frame that was sent with what the server accepted and what listeners got.

Exit status 1 when a count differs, 2 when the machine was too busy to say.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

WAIT_SECONDS_MAX = 60
PASSWORD = "of the benchmark"
TOKEN = "0123456789abcdef" * 4
UNDER_WAY_MAX = 8
SETTINGS = """
log_format: json
drain_seconds: 60
rooms: {{max: {rooms_max}, made_per_user_burst: 1000}}
text: {{messages_per_user_burst: 1000000, messages_per_user_per_second: 1000000, messages_per_address_burst: 1000000,
  messages_per_address_per_second: 1000000}}
control: {{message_burst: 10000, message_interval_milliseconds: 1}}
accounts: {{registrations_per_address_burst: 10000}}
operations: {{token_file: {folder}/token}}
"""


class Failure(Exception):
    """Something that a person must mend."""


def wait_for(what, found):
    """What `found` returns, as soon as it is something."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not (result := found()):
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {WAIT_SECONDS_MAX} s")
        time.sleep(0.02)
    return result


class Server:
    """A roomtoned on free ports of 127.0.0.1, with a configuration that is written again before a reload."""

    def __init__(self, programs, folder):
        self.folder, self.programs, self.rooms_max = folder, programs, 300
        token = folder / "token"
        token.touch(0o600)
        token.write_text(TOKEN)
        self.write_settings()
        with open(folder / "log", "wb") as log, open(folder / "said", "wb") as said:
            self.process = subprocess.Popen(
                [programs / "roomtoned", "--config", folder / "server.yaml", "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0",
                 "--operations-port", "0", "--data-directory", folder / "data"], stdout=said, stderr=log, stdin=subprocess.DEVNULL)
        said = wait_for("a server that serves", lambda: self.ended() or re.search(
            r"TCP port ([0-9]+).*http://127\.0\.0\.1:([0-9]+)/.*Ctrl-C", (folder / "said").read_text(encoding="utf-8"), re.DOTALL))
        self.port, self.operations = int(said.group(1)), int(said.group(2))

    def ended(self):
        if self.process.poll() is not None:
            raise Failure(f"the server ended with status {self.process.returncode}: {(self.folder / 'log').read_text(encoding='utf-8')[-2_000:]}")

    def write_settings(self):
        (self.folder / "server.yaml").write_text(SETTINGS.format(folder=self.folder, rooms_max=self.rooms_max))

    def log(self, message):
        """The entries with that message."""
        lines = (self.folder / "log").read_text(encoding="utf-8").splitlines()
        return [entry for line in lines if line.startswith("{") and (entry := json.loads(line))["message"] == message]

    def ask(self, path, method="GET"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.operations}{path}", method=method, headers={"Authorization": f"Bearer {TOKEN}"})
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS_MAX) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name):
        return int(float(re.search(rf"^{name} (\S+)$", self.ask("/metrics")[1], re.MULTILINE).group(1)))

    def reload(self):
        """Changes a limit, and returns when the server says that it holds."""
        self.rooms_max += 1
        self.write_settings()
        self.process.send_signal(signal.SIGHUP)

        def in_force():
            self.ended()
            limits = json.loads(self.ask("/api/v1/limits")[1])["limits"]
            return next(limit for limit in limits if limit["key"] == "rooms.max")["value"] == str(self.rooms_max)

        wait_for("a reload in force", in_force)


class Writer(threading.Thread):
    """Somebody who writes into the room General, some messages at a time, until the server closes."""

    def __init__(self, port, name):
        super().__init__(daemon=True)
        # By number: the content, as it was acknowledged.
        self.name, self.acknowledged, self.sent, self.closing, self.end_word = name, {}, {}, None, None
        self.wire = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS_MAX)
        self.lines = self.wire.makefile("rb")
        self.say({"Register": {"username": name, "password": PASSWORD}}, 1)
        self.until(lambda kind, fields: kind == "AuthSuccess")
        self.say({"Join": {"room_id": 1}}, 1)
        self.until(lambda kind, fields: kind == "RoomJoined")

    def say(self, message, number):
        self.wire.sendall(json.dumps({"message_type": message, "request_id": number}).encode() + b"\n")

    def read(self):
        """Kind, fields and request of the next line; kind is None at the end."""
        line = self.lines.readline()
        if not line:
            return None, {}, None
        envelope = json.loads(line)
        kind = envelope["message_type"]
        kind, fields = (kind, {}) if isinstance(kind, str) else next(iter(kind.items()))
        return kind, fields, envelope.get("request_id")

    def until(self, is_wanted):
        while not is_wanted(*(read := self.read())[:2]):
            if read[0] is None or read[1].get("success") is False:
                raise Failure(f"{self.name} was refused: {read}")

    def write(self):
        number = len(self.sent) + 2
        self.sent[number] = f"{self.name} wrote line {number}"
        # To a server that has closed nothing can be said; what it said before that is still to be read.
        with contextlib.suppress(OSError):
            self.say({"RoomMessage": {"room_id": 1, "content": self.sent[number]}}, number)

    def run(self):
        # A line that was under way when the server closed was not acknowledged, and nobody was told that it was.
        with contextlib.suppress(OSError):
            for _ in range(UNDER_WAY_MAX):
                self.write()
            while (read := self.read())[0] is not None:
                kind, fields, request = read
                if kind == "RoomMessage" and request is not None:
                    self.acknowledged[fields["message_id"]] = fields["content"]
                    self.write()
                elif kind == "ServerClosing":
                    self.closing = fields["milliseconds"]
                elif kind == "ServerResponse":
                    self.end_word = fields.get("code")
                elif kind == "Ping":
                    self.say("Pong", request or 0)


def acknowledged(writers):
    """A copy, while they write on."""
    return {number: content for writer in writers for number, content in list(writer.acknowledged.items())}


def missing(wanted, database):
    """How many of the messages are not in a database as they were acknowledged."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        stored = dict(connection.execute("SELECT id, content FROM message"))
    return sum(stored.get(number) != content for number, content in wanted.items())


class Books:
    """Counts that have to be equal."""

    def __init__(self):
        self.rows, self.figures = [], {}

    def compare(self, what, found, wanted):
        self.rows.append({"what": what, "found": found, "wanted": wanted, "equal": found == wanted})

    def text(self):
        wide = max(len(row["what"]) for row in self.rows)
        lines = [f"{row['what']:{wide}}  {row['found']:>9}  {'=' if row['equal'] else '≠'} {row['wanted']}" for row in self.rows]
        return "\n".join([*lines, "", *(f"{name}: {value}" for name, value in self.figures.items())])


def disturb(server, writers, seconds):
    """Reloads each second and copies every two; returns how often, and what was acknowledged before each copy."""
    end, reloads, copies = time.monotonic() + seconds, 0, []
    while time.monotonic() < end:
        next_turn = time.monotonic() + 1
        server.reload()
        reloads += 1
        if reloads % 2:
            before = acknowledged(writers)
            status, answer = server.ask("/api/v1/backups", "POST")
            if status != 200:
                raise Failure(f"the backup was refused: {answer}")
            copies.append((before, json.loads(answer)))
        time.sleep(max(0, next_turn - time.monotonic()))
    return reloads, copies


def start_load(arguments, server, folder):
    command = [arguments.programs / "roomtone-load", "--server", f"127.0.0.1:{server.port}", "--rooms", arguments.rooms, "--users", arguments.users,
               "--speakers", arguments.speakers, "--pattern", "constant", "--no-bundles", "--duration", f"{arguments.seconds}s", "--deadline", "10s",
               "--chat", "10/s", "--json", folder / "load.json"]
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with open(folder / "load.log", "wb") as log:
        return subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)


def is_refused(port):
    """Whether somebody new is told that the server closes."""
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS_MAX) as wire:
        wire.sendall(json.dumps({"message_type": {"Register": {"username": "late", "password": PASSWORD}}}).encode() + b"\n")
        return b"ServerStopping" in wire.recv(65_536)


def count_text(books, server, writers, copies):
    wanted = acknowledged(writers)
    books.compare("acknowledged messages that are not in the database", missing(wanted, server.folder / "data" / "roomtone.sqlite"), 0)
    paths = [server.folder / "data" / answer["file"] for _, answer in copies]
    books.compare("acknowledged before a backup and not in it", sum(missing(before, path) for (before, _), path in zip(copies, paths)), 0)
    sound = sum(subprocess.run([server.programs / "roomtoned", "integrity", path], stdout=subprocess.DEVNULL, check=False).returncode == 0 for path in paths)
    books.compare("backups that are sound", sound, len(paths))
    books.figures["messages acknowledged"] = len(wanted)
    books.figures["of these before the last backup began"] = len(copies[-1][0])
    books.figures["backups, the longest in ms"] = f"{len(copies)}, {max(answer['milliseconds'] for _, answer in copies)}"


def count_voice(books, server, report, arguments):
    heard = report["phases"][-1]["steady"]["all"]
    ended = server.log("voice ended")[-1]["metadata"]
    books.compare("frames that the server accepted, of those sent", int(ended["framesAccepted"]), report["framesSentInAll"])
    books.compare("frames that listeners got, of those owed", heard["deliveries"], heard["deliveriesOwed"])
    books.compare("frames lost", heard["lost"], 0)
    books.compare("people in voice who were dropped", report["figures"]["lost-sessions"], 0)
    books.compare("chat messages beside it that nobody got", report["phases"][-1]["chat"]["missing"], 0)
    books.figures["in voice"] = arguments.rooms * arguments.users
    books.figures["voice p99 in ms"] = round(report["figures"]["p99"], 2)


def run(arguments, folder):
    server, books = Server(arguments.programs, folder), Books()
    load = None
    try:
        writers = [Writer(server.port, f"writer{number}") for number in range(arguments.writers)]
        load = start_load(arguments, server, folder)
        people = arguments.rooms * arguments.users
        wait_for("everybody in voice", lambda: load.poll() is not None or server.metric("roomtone_voice_sessions") == people)
        for writer in writers:
            writer.start()
        reloads, copies = disturb(server, writers, arguments.seconds * 0.6)
        books.compare("people in voice before the drain", server.metric("roomtone_voice_sessions"), people)
        books.compare("writers still there before the drain", sum(writer.is_alive() for writer in writers), len(writers))
        server.process.send_signal(signal.SIGTERM)
        wait_for("not ready while it drains", lambda: server.ask("/readyz")[0] == 503)
        books.compare("newcomers told that it closes", int(is_refused(server.port)), 1)
        books.compare("people in voice in the drain", server.metric("roomtone_voice_sessions"), people)
        status = load.wait(WAIT_SECONDS_MAX)
        if not (folder / "load.json").exists() or status == 2:
            print((folder / "load.log").read_text(encoding="utf-8")[-2_000:], file=sys.stderr)
            return books, 2
        books.compare("status of the server at its end", server.process.wait(WAIT_SECONDS_MAX), 0)
        for writer in writers:
            writer.join(WAIT_SECONDS_MAX)
        books.compare("writers told when it closes", sum(writer.closing is not None for writer in writers), len(writers))
        books.compare("writers told at the end why", sum(writer.end_word == "ServerStopping" for writer in writers), len(writers))
        books.compare("reloads that the log says held", len(server.log("the configuration was read again")), reloads)
        count_text(books, server, writers, copies)
        count_voice(books, server, json.loads((folder / "load.json").read_text(encoding="utf-8")), arguments)
        books.figures["reloads"] = reloads
        return books, 0 if all(row["equal"] for row in books.rows) else 1
    finally:
        for process in filter(None, (load, server.process)):
            if process.poll() is None:
                process.kill()
                process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="the folder with roomtoned and roomtone-load")
    for name, value in (("seconds", 20), ("rooms", 4), ("users", 8), ("speakers", 2), ("writers", 4)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    arguments = parser.parse_args()
    if not (arguments.seconds >= 5 and min(arguments.rooms, arguments.users, arguments.speakers, arguments.writers) >= 1):
        parser.error("--seconds is 5 at least, all others 1")
    arguments.programs = arguments.programs.resolve()
    with tempfile.TemporaryDirectory(prefix="roomtone-running-") as folder:
        try:
            books, status = run(arguments, Path(folder))
        except Failure as failure:
            sys.exit(f"running: {failure}")
    print(json.dumps({"counts": books.rows, "figures": books.figures}, indent=2) if arguments.json else books.text())
    return status


if __name__ == "__main__":
    sys.exit(main())
