"""Proves that every rule of tidy.py can fail, and that what only looks like an offence passes."""

import tempfile
from pathlib import Path

# Modules that the examples import, so that the rules know their layers.
HOUSE = {
    "Sources/Programs/roomtone/Main.swift": "import RoomClient\n",
    "Sources/Client/RoomClient/RoomClient.swift": "import ControlWire\n",
    "Sources/Server/Rooms/Room.swift": "import VoiceRelay\n",
    "Sources/Wire/ControlWire/ControlLine.swift": "import Identifiers\n",
    "Sources/C/COpus/shim.h": "#include <opus.h>\n",
    "Sources/C/CLinux/shim.h": "#include <sys/epoll.h>\n",
    "Documentation/Page.md": "# The first part: `bytes`\n\n## Again\n\n## Again\n",
}


def _function(lines):
    return "func long() {\n" + "    work()\n" * (lines - 2) + "}\n"


# Path, content, and what must be found, as `line: part of the message`.
BAD = [
    ("Sources/Media/Playout/Long.swift", "let a = 1\n" * 401, ["401: at most 400"]),
    ("Sources/Media/Playout/Longish.swift", "let a = 1\n" * 251, ["251: warning: 251 lines"]),
    ("Scripts/long.py", "a = 1\n" * 401, ["401: at most 400"]),
    ("Sources/Media/Playout/Function.swift", "struct A {\n" + _function(71) + "}\n", ["2: long has 71 lines"]),
    ("Sources/Media/Playout/Init.swift", _function(71).replace("func long", "init"), ["1: init has 71 lines"]),
    ("Sources/Media/Playout/Computed.swift", _function(71).replace("func long()", "var a: Int"), ["1: a has 71"]),
    (
        "Sources/Media/Playout/Strings.swift",
        'func long(_ f: () -> Void = {}) {\n    log("}\\(a("}"))}")\n    /* } /* } */ } */ let r = #"}"#\n'
        + '    let t = """\n        }\n        """\n    f(/[}]/) // }\n' + "    work()\n" * 64 + "}\n",
        ["1: long has 72 lines"],
    ),
    (
        "Sources/Media/Playout/Requirement.swift",
        "protocol P {\n    func none()\n    var count: Int { get }\n}\n" + _function(71),
        ["5: long has 71 lines"],
    ),
    (
        "Sources/C/CSocketBatch/batch.c",
        "#define OPEN {\nstatic int long_one(int a,\n                    int b)\n{\n" + "    a = '}';\n" * 67 + "}\n",
        ["2: long_one has 71 lines"],
    ),
    ("Sources/Media/Playout/Word.swift", "// FIX" "ME: later\n", ["1: do it now"]),
    ("Documentation/Word.md", "Text.\n\nTO" "DO more text\n", ["3: do it now"]),
    ("Sources/Client/RoomClient/Program.swift", "\nimport roomtone\n", ["2: nothing imports a program"]),
    ("Sources/Server/VoiceRelay/Chat.swift", "import ControlWire\n", ["1: knows no chat"]),
    ("Sources/Server/VoiceRelay/Channel.swift", "package import NIOCore\n", ["1: knows no chat"]),
    ("Sources/Media/AudioDevice/Codec.swift", "public import COpus\n", ["1: only OpusCodec may"]),
    ("Sources/Media/Playout/Event.swift", "import CLinux\n", ["1: may import that library"]),
    ("Sources/Media/Playout/Clock.swift", "@preconcurrency import Foundation\n", ["1: it is pure"]),
    ("Sources/Wire/ControlWire/Fetch.swift", "import FoundationNetworking\n", ["1: it is pure"]),
    ("Sources/Wire/ControlWire/Decode.swift", "import FoundationEssentials\n", ["1: it is pure"]),
    ("Sources/Wire/ControlWire/Buffer.swift", "import struct NIOCore.ByteBuffer\n", ["1: it is pure"]),
    ("Sources/Wire/VoiceWire/Room.swift", "import Rooms\n", ["1: Sources/Wire does not import Sources/Server"]),
    ("Sources/Client/RoomClient/Server.swift", "import Rooms\n", ["1: Sources/Client does not import Sources/Server"]),
    ("Sources/Server/Rooms/Sound.swift", "import AudioDevice\n", ["1: runs without sound"]),
    ("Tests/Media/PlayoutTests/A.swift", "\ntry await Task.sleep(for: .seconds(1))\n", ["2: does not sleep"]),
    ("Tests/Media/PlayoutTests/B.swift", "usleep(1)\nsleep (1)\n", ["1: does not sleep", "2: does not sleep"]),
    ("Sources/Media/Playout/Try.swift", "let a = try! f()\n", ["1: try! needs its reason"]),
    ("Sources/Media/Playout/As.swift", "// Far above.\n\nlet a = b as! C\n", ["3: as! needs its reason"]),
    ("Sources/Media/Playout/Shared.swift", "nonisolated(unsafe) var a = 1\n", ["1: nonisolated(unsafe) needs"]),
    ("Sources/Media/Playout/Box.swift", 'let a = "// no"\nclass A: @unchecked Sendable {}\n', ["2: @unchecked Sendable"]),
    ("Documentation/File.md", "a\n[b](Missing.md)\n", ["2: no such file"]),
    ("Documentation/Anchor.md", "[b](Page.md#the-second-part)\n", ["1: no heading"]),
    ("Documentation/Own.md", "# Here\n\n[b](#there)\n", ["3: no heading"]),
    ("Documentation/Count.md", "[b](Page.md#again-2)\n", ["1: no heading"]),
    ("Documentation/Out.md", "[b](../../Page.md)\n", ["1: leaves the repository"]),
    ("Documentation/Web.md", "[b](https:///page) <http://a b>\n", ["1: has no host", "1: has no host"]),
    ("Documentation/Scheme.md", "[b](htps://example.org)\n", ["1: neither a file"]),
    ("Documentation/Defined.md", "[b][c]\n\n[d]: None.md\n", ["1: [c] is not defined", "3: no such file"]),
    ("Scripts/forgotten", "#!/bin/bash\n", ["1: execute bit"]),
]

# Path and content of what must pass.
GOOD = [
    ("Sources/Media/Playout/Limit.swift", "let a = 1\n" * 250),
    ("Sources/Media/Playout/Function.swift", _function(70)),
    ("Sources/Media/Playout/Division.swift", "func half() -> Int { (a + b) / 2 + c / 2 }\n" + _function(70)),
    ("Sources/Media/Playout/Calls.swift", "func a() {\n    self.init(b)\n}\n" + "let a = 1\n" * 80 + "let b = { 1 }\n"),
    ("Sources/Media/Playout/Words.swift", "// mktemp /tmp/a.XX" "XXXX, autodoc\n"),
    ("Sources/Media/Playout/Import.swift", '// import Foundation\nlet a = """\n    import Foundation\n    """\n'),
    ("Sources/Media/OpusCodec/Codec.swift", "import COpus\nimport Glibc\n"),
    ("Tests/Media/PlayoutTests/Any.swift", "import COpus\nimport Rooms\nfunc sleep(for: Int) {}\n"),
    ("Tests/Media/PlayoutTests/Said.swift", 'let a = "Task.sleep(1)" // sleep(2)\n'),
    ("Sources/Media/Playout/Reason.swift", "let a = try! f() // The literal is valid.\n"),
    (
        "Sources/Media/Playout/Reasons.swift",
        "/// Locked by the ring.\n@safe\nnonisolated(unsafe) var a = 1\nnonisolated(unsafe) var b = 1\n",
    ),
    (
        "Documentation/Links.md",
        "[a](Page.md#the-first-part-bytes) [b](Page.md#again-1) [c](../Sources/C/COpus/shim.h#L1) [d][e] `[f](g)`\n\n"
        "```\n[a](None.md)\n```\n\n[e]: https://example.org/a_(b) <mailto:a@example.org> [h](./)\n",
    ),
]


def run(findings):
    """Prints what went wrong; returns the exit status."""
    failures = []
    for path, content, expected in BAD + [(path, content, []) for path, content in GOOD]:
        found = [f"{f.line}: {f.message}" for f in _findings_in_house(findings, path, content)]
        if len(found) != len(expected) or not all(map(_matches, sorted(found), sorted(expected))):
            failures.append(f"{path}: expected {expected}, found {found}")
    for failure in failures:
        print(f"Scripts/tidy_selftest.py:1: {failure}")
    print(f"tidy self-test: {len(BAD)} offences and {len(GOOD)} innocent files, {len(failures)} misjudged")
    return 1 if failures else 0


def _matches(found, expected):
    line, _, message = expected.partition(": ")
    return found.startswith(f"{line}: ") and message in found


def _findings_in_house(findings, path, content):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, text in {**HOUSE, path: content}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return list(findings(root))
