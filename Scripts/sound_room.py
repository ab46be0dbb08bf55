"""What Scripts/sound_mouth.py measures in: a folder of its own with a server, clients and PulseAudio, which end with it."""

import contextlib
import ctypes
import os
import re
import selectors
import signal
import struct
import subprocess
import threading
import time
from pathlib import Path

import numpy as np

from sound_scores import RATE

WAIT_SECONDS_MAX = 30


class Failure(Exception):
    """Something that a person must mend."""


class Child:
    """A program that ends with the measurement, by its process id; what it says is kept."""

    def __init__(self, arguments, environment, output=None, needs_input=False):
        self.name = Path(arguments[0]).name
        self.text = ""
        self.process = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.PIPE if needs_input else subprocess.DEVNULL,
            stdout=output or subprocess.PIPE, stderr=subprocess.PIPE if output else subprocess.STDOUT)
        stream = self.process.stderr if output else self.process.stdout
        os.set_blocking(stream.fileno(), False)
        self.stream = stream

    def take(self, seconds):
        """Keeps what it says within that time; false when it has ended."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.stream, selectors.EVENT_READ)
            if not selector.select(seconds):
                return True
        more = self.stream.read()
        if more:
            self.text += more.decode(errors="replace")
        return bool(more) or self.process.poll() is None

    def wait_for(self, pattern):
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while not (found := re.search(pattern, self.text)):
            rest = deadline - time.monotonic()
            if rest <= 0 or not self.take(rest):
                raise Failure(f"{self.name} did not say “{pattern}”: {self.text[-2_000:]}")
        return found

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def say(self, line):
        """As a person would type it; nothing where the program has ended."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()

    def end(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        while self.take(0) and self.stream.readable() and self.process.poll() is None:
            pass


class Asking:
    """Asks clients where their milliseconds go, twice a second, from a thread of its own, while something is heard."""

    SECONDS = 0.5

    def __init__(self, clients):
        self.clients, self.over = clients, threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def ask(self):
        while not self.over.wait(self.SECONDS):
            for client in self.clients:
                client.say("delay")


class Creations:
    """The instants at which files come into being in a folder, on the monotonic clock (inotify(7))."""

    def __init__(self, folder):
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC)
        if libc.inotify_add_watch(self.descriptor, str(folder).encode(), 0x100) < 0:
            raise Failure(f"{folder} cannot be watched: {os.strerror(ctypes.get_errno())}")

    def wait(self, name, during):
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < deadline:
            with selectors.DefaultSelector() as selector:
                selector.register(self.descriptor, selectors.EVENT_READ)
                ready = selector.select(1)
            now = time.monotonic()
            during.take(0)
            if ready and name in self.names():
                return now
        raise Failure(f"{name} was not made: {during.text[-2_000:]}")

    def names(self):
        events, position = os.read(self.descriptor, 65_536), 0
        while position < len(events):
            _, _, _, length = struct.unpack_from("iIII", events, position)
            yield events[position + 16 : position + 16 + length].rstrip(b"\0").decode()
            position += 16 + length


class Bench:
    """A folder, an environment of its own, and all programs that were started, which end with it."""

    def __init__(self, arguments, folder, ends):
        self.arguments, self.folder, self.ends = arguments, folder, ends
        self.environment = dict(os.environ, HOME=str(folder), XDG_RUNTIME_DIR=str(folder),
                                DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent", PULSE_COOKIE=str(folder / "cookie"),
                                PULSE_SERVER=f"unix:{folder}/native", ALSA_CONFIG_PATH=str(folder / "asound.conf"))
        (folder / "asound.conf").write_text(
            "</usr/share/alsa/alsa.conf>\n"
            + "".join(f"pcm.bench_{name} {{ type pulse device {name} server 'unix:{folder}/native' }}\n"
                      for name in ("ear_in", "mouth_out")))

    def start(self, *arguments, ends=None, output=None, needs_input=False, **environment):
        child = Child([str(word) for word in arguments], self.environment | environment, output, needs_input)
        (ends or self.ends).callback(child.end)
        return child

    def start_server(self):
        data = self.folder / "server"
        server = self.start(self.arguments.programs / "roomtoned", "--host", "127.0.0.1", "--control-port", "0", "--operations-port", "0",
                            "--voice-port", "0", "--data-directory", data)
        self.port = server.wait_for(r"TCP port ([0-9]+)").group(1)
        self.voice_port = server.wait_for(r"UDP port ([0-9]+)").group(1)
        return server

    def talk(self, ends, user, *options):
        """One account for each client that is started: a name says who it is and when."""
        self.count = getattr(self, "count", 0) + 1
        home = self.folder / f"{user}{self.count}"
        home.mkdir()
        return self.start(self.arguments.programs / "roomtone", "talk", "--server", f"127.0.0.1:{self.port}", "--room",
                          "General", "--user", home.name, "--register", *options, ends=ends, needs_input=True,
                          ROOMTONE_PASSWORD="of the benchmark", XDG_DATA_HOME=str(home), XDG_CONFIG_HOME=str(home))

    def start_sound(self):
        """The room's air, left for what is said, right for what is heard."""
        server = self.start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=600", "--use-pid-file=no",
                            "--log-level=info", "--log-target=stderr", "-L",
                            f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native", "-L",
                            "module-null-sink sink_name=air rate=48000 channels=2 format=s16le")
        server.wait_for("Daemon startup complete")
        for module in (
            "module-remap-source source_name=ear_in master=air.monitor channels=1 master_channel_map=front-left "
            "channel_map=mono remix=no",
            "module-remap-sink sink_name=mouth_out master=air channels=1 master_channel_map=front-right channel_map=mono "
            "remix=no",
        ):
            subprocess.run(["pactl", "load-module", *module.split()], env=self.environment, check=True,
                           stdout=subprocess.DEVNULL)

    def play_and_record(self, said):
        """What was said and what was heard meanwhile, from one stream."""
        stereo, raw = self.folder / "air.raw", self.folder / "said.raw"
        said.astype("<i2").tofile(raw)
        form = ["--raw", "--rate=48000", "--format=s16le", "--no-remix"]
        with open(stereo, "wb") as file, contextlib.ExitStack() as ends:
            self.start("pacat", "--record", "--device=air.monitor", "--channels=2", "--channel-map=front-left,front-right",
                       "--latency-msec=100", *form, ends=ends, output=file)
            time.sleep(1)
            subprocess.run(["pacat", "--playback", "--device=air", "--channels=1", "--channel-map=front-left",
                            "--latency-msec=200", *form, str(raw)], env=self.environment, check=True,
                           timeout=len(said) / RATE + WAIT_SECONDS_MAX)
            time.sleep(1)
        both = np.fromfile(stereo, "<i2")
        both = both[: len(both) // 2 * 2].reshape(-1, 2).astype(np.float64)
        return both[:, 0], both[:, 1]
