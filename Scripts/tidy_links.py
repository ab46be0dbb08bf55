"""Finds links in Markdown that lead nowhere: files and headings of this repository; of the web only the spelling."""

import re
from urllib.parse import unquote, urlsplit

FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[^\n]*$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
INLINE = re.compile(r"\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\))*)")
DEFINITION = re.compile(r"^ {0,3}\[([^\]]+)\]:\s*<?([^\s>]+)", re.MULTILINE)
REFERENCE = re.compile(r"\]\[([^\]]+)\]")
AUTOMATIC = re.compile(r"<((?:https?|mailto):[^>]*)>")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$", re.MULTILINE)
EXPLICIT_ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
SOURCE_LINE = re.compile(r"L\d+(-L\d+)?$")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", re.IGNORECASE)


def link_findings(root, path, text):
    """Line and message for every dead link of the page."""
    prose = CODE_SPAN.sub(_blank, FENCE.sub(_blank, text))
    names = {match[1].lower() for match in DEFINITION.finditer(prose)}
    links = [(m.start(1), m[1]) for pattern in (INLINE, AUTOMATIC) for m in pattern.finditer(prose)]
    links += [(m.start(2), m[2]) for m in DEFINITION.finditer(prose)]
    dead = [(m.start(1), f"[{m[1]}] is not defined") for m in REFERENCE.finditer(prose) if m[1].lower() not in names]
    dead += [(offset, reason) for offset, link in links if (reason := _reason_dead(root, path, link))]
    for offset, reason in sorted(dead):
        yield text.count("\n", 0, offset) + 1, f"dead link: {reason}"


def anchors_of(text):
    """What GitHub calls the headings of a page."""
    anchors = set(EXPLICIT_ANCHOR.findall(text))
    for title in HEADING.findall(FENCE.sub(_blank, text)):
        title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        anchor, count = slug, 0
        while anchor in anchors:
            count += 1
            anchor = f"{slug}-{count}"
        anchors.add(anchor)
    return anchors


def _reason_dead(root, path, link):
    if not link:
        return "it has no target"
    if re.match(r"[a-z][a-z0-9+.-]*:", link, re.IGNORECASE):
        return _reason_misspelt(link)
    name, _, anchor = link.partition("#")
    target = (root / path.parent / unquote(name)).resolve() if name else root / path
    if not target.is_relative_to(root):
        return f"{link} leaves the repository"
    if not target.exists():
        return f"{link}: there is no such file"
    if not anchor or SOURCE_LINE.match(anchor) and target.suffix != ".md":
        return None
    if target.suffix != ".md" or unquote(anchor) not in anchors_of(target.read_text(encoding="utf-8")):
        return f"{link}: there is no heading of that name"
    return None


def _reason_misspelt(link):
    parts = urlsplit(link)
    if parts.scheme == "mailto":
        return None if re.fullmatch(r"[^@\s]+@[^@\s]+", parts.path) else f"{link} is no address"
    if parts.scheme not in ("http", "https"):
        return f"{link} is neither a file of the repository nor on the web"
    return None if HOST.match(parts.hostname or "") else f"{link} has no host"


def _blank(match):
    return re.sub(r"[^\n]", " ", match[0])
