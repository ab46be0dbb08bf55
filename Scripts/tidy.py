#!/usr/bin/env python3
"""Checks the rules of the house that no compiler checks: lengths, words, imports, links, reasons beside escape hatches.

    Scripts/tidy.py              check this repository
    Scripts/tidy.py --self-test  prove that every rule can fail

Each finding is a line `file:line: message`; lines with `warning:` do not fail the check.
"""

import os
import re
import sys
from collections import namedtuple
from pathlib import Path

sys.dont_write_bytecode = True  # Leaves no __pycache__ among the scripts.

from tidy_links import link_findings
from tidy_source import function_spans, line_of, split_source

FILE_LINES_MAX = 400
FILE_LINES_USUAL = 250
FUNCTION_LINES_MAX = 70

# Written in halves, so that this file passes its own rule.
BANNED_WORDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")

# Which layers (folders of Sources) a module of a layer may import. The daemon has to run on a server without sound,
# and the client must not drag in the server.
LAYER_IMPORTS = {
    "Shared": {"Shared"},
    "Wire": {"Shared", "Wire"},
    "Media": {"Shared", "Wire", "Media"},
    "Server": {"Shared", "Wire", "Media", "Server"},
    "Client": {"Shared", "Wire", "Media", "Client"},
    "Tools": {"Shared", "Wire", "Media", "Server", "Client", "Tools"},
    "Programs": {"Shared", "Wire", "Media", "Server", "Client", "Tools"},
}
# The only modules that may import a C module: its wrapper, and who handles the wrapper's C types in place.
C_WRAPPERS = {
    "COpus": {"OpusCodec"},
    "CALSA": {"AudioDevice"},
    "CHiredis": {"VoiceStateCache"},
    "COgg": {"Recordings"},
    "CSpeexDSP": {"SoundLab", "SpeechProcessing"},
    "CSodium": {"VoiceSealing", "Credentials", "SyntheticSpeakers"},
    "CSocketBatch": {"VoiceSocket", "VoiceRelay"},
    "CLinux": {"LoadTester", "LockFree", "SyntheticSpeakers", "TerminalClient", "VoiceRelay", "VoiceClient"},
    "CSQLite": {"ChatStore", "MessageSearch"},
    "CAllocationCount": {"RelayLoad", "SoundLab"},
    "CNcurses": {"TerminalScreen"},
}
# Modules that do no I/O and own no clock, and what they therefore must not import beside the C layer.
IMPURE = r"NIO\w*|Glibc|Musl|Darwin|Dispatch|FoundationNetworking"
PURE_MODULES = {
    "ControlWire": IMPURE + r"|Foundation\w*",
    "KeyInput": IMPURE + r"|Foundation\w*",
    "JSONText": IMPURE + r"|Foundation\w*",
    "Permissions": IMPURE + r"|Foundation\w*",
    "VoiceWire": IMPURE + r"|Foundation\w*",
    "Playout": IMPURE + r"|Foundation\w*",
    "CellScreen": IMPURE + r"|Foundation\w*",
    "NetworkSimulator": IMPURE + r"|Foundation\w*",
}
CHAT = r"NIO\w*|GRDB|Identifiers|ControlWire|ChatStore|Rooms|ControlServer|Credentials"
SOUND_MODULES = {"AudioDevice", "SpeechProcessing"}

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)",
    re.MULTILINE,
)
ESCAPE_HATCH = re.compile(r"\btry!|\bas!|\bnonisolated\(unsafe\)|@unchecked\s+Sendable\b")
ATTRIBUTES_ONLY = re.compile(r"\s*(?:@\w+(?:\([^)]*\))?\s*)+$")
SLEEP = re.compile(r"(?<!func )\b(?:u|nano)?sleep\s*\(")

Finding = namedtuple("Finding", "path line message fails", defaults=(True,))


def files_of(root):
    """Every file of the repository but those that tools leave behind; hidden folders other than .ci are theirs."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f == ".ci" or not f.startswith((".", "__pycache__")))
        for name in sorted(names):
            yield Path(folder, name).relative_to(root)


def modules_of(paths):
    """The layer of each module, from the folders Sources/LAYER/MODULE."""
    return {path.parts[2]: path.parts[1] for path in paths if len(path.parts) > 3 and path.parts[0] == "Sources"}


def length_findings(path, text, code):
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        yield Finding(path, lines, f"{lines} lines; a file has at most {FILE_LINES_MAX}")
    elif lines > FILE_LINES_USUAL:
        yield Finding(path, lines, f"warning: {lines} lines; {FILE_LINES_USUAL} are usual", fails=False)
    for name, first, last in function_spans(code, path.suffix):
        if last - first + 1 > FUNCTION_LINES_MAX:
            message = f"{name} has {last - first + 1} lines; a function has at most {FUNCTION_LINES_MAX}"
            yield Finding(path, first, message)


def word_findings(path, text):
    for match in BANNED_WORDS.finditer(text):
        yield Finding(path, line_of(text, match.start()), f"{match[1]}: do it now, or open an issue")


def import_reason(module, layer, imported, modules):
    """Why this import is not allowed, or None."""
    imported_layer = modules.get(imported)
    if imported_layer == "Programs":
        return "nothing imports a program"
    if imported in C_WRAPPERS and module not in C_WRAPPERS[imported]:
        return f"only {' and '.join(sorted(C_WRAPPERS[imported]))} may import that library"
    if module in PURE_MODULES and (imported_layer == "C" or re.fullmatch(PURE_MODULES[module], imported)):
        return "it is pure: it takes bytes and a time, and returns what is to be done"
    if module == "VoiceRelay" and re.fullmatch(CHAT, imported):
        return "the relay knows no chat"
    if layer == "Server" and imported in SOUND_MODULES:
        return "the server runs without sound devices"
    if imported_layer in LAYER_IMPORTS and imported_layer not in LAYER_IMPORTS.get(layer, {imported_layer}):
        return f"Sources/{layer} does not import Sources/{imported_layer}"
    return None


def import_findings(path, code, modules):
    if path.parts[0] != "Sources" or len(path.parts) < 4:
        return  # Tests may import everything.
    layer, module = path.parts[1:3]
    for match in IMPORT.finditer(code):
        if reason := import_reason(module, layer, match[1], modules):
            yield Finding(path, line_of(code, match.start(1)), f"{module} imports {match[1]}: {reason}")


def sleep_findings(path, code):
    if path.parts[0] == "Tests":
        for match in SLEEP.finditer(code):
            yield Finding(path, line_of(code, match.start()), "a test waits for an event, it does not sleep")


def hatch_findings(path, code, comments):
    code_lines, comment_lines = code.split("\n"), comments.split("\n")
    for number, line in enumerate(code_lines):
        if not (match := ESCAPE_HATCH.search(line)) or comment_lines[number].strip():
            continue
        # The reason may stand above attributes, and one reason may serve a block of such lines.
        above = number - 1
        while above >= 0 and (ATTRIBUTES_ONLY.match(code_lines[above]) or ESCAPE_HATCH.search(code_lines[above])):
            if comment_lines[above].strip():
                break
            above -= 1
        if above < 0 or not comment_lines[above].strip():
            yield Finding(path, number + 1, f"{match[0]} needs its reason in a comment beside or above it")


def mode_findings(root, path, text):
    if path.parts[0] not in ("Scripts", ".ci"):
        return
    if text.startswith("#!") != os.access(root / path, os.X_OK):
        yield Finding(path, 1, "a script has both a #! line and the execute bit, anything else has neither")


def findings(root):
    paths = list(files_of(root))
    modules = modules_of(paths)
    for path in paths:
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # A picture, a recording.
        yield from word_findings(path, text)
        yield from mode_findings(root, path, text)
        if path.suffix == ".md":
            yield from (Finding(path, line, message) for line, message in link_findings(root, path, text))
        elif path.suffix in (".swift", ".c", ".h"):
            code, comments = split_source(text, path.suffix)
            yield from length_findings(path, text, code)
            if path.suffix == ".swift":
                yield from import_findings(path, code, modules)
                yield from sleep_findings(path, code)
                yield from hatch_findings(path, code, comments)
        elif text.startswith("#!") or path.suffix in (".py", ".sh"):
            yield from length_findings(path, text, "")


def main(arguments):
    if arguments == ["--self-test"]:
        from tidy_selftest import run

        return run(findings)
    if arguments:
        sys.exit(__doc__)
    failed = False
    for finding in findings(Path(__file__).resolve().parent.parent):
        print(f"{finding.path}:{finding.line}: {finding.message}")
        failed |= finding.fails
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
