"""Reads Swift and C just well enough to tell code from comments and literals, and to find where functions end."""

import re

STRING_OPENING = re.compile(r'(#*)("""|")')
# A bare regex literal: only where an operand can stand, which the caller checks.
BARE_REGEX = re.compile(r"/(?![\s/*])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\\[])+/")
# What can begin none of them.
PLAIN_CODE = re.compile(r"[^/\"'#]*")
BEFORE_OPERAND = re.compile(r"(?:[(,=:\[{!&|?]|\b(?:return|in|try|case))\s*$")

SWIFT_FUNCTION = re.compile(r"(?<![.\w`])(?:func\s+(?P<name>[^\s(<]+|`\w+`)|(?P<word>init|deinit|subscript)\b)")
SWIFT_COMPUTED = re.compile(r"\bvar\s+(?P<name>\w+)[^=\n{}]*\{")
# A word that begins another declaration: the function before it, in a protocol, has no body.
SWIFT_DECLARATION = re.compile(
    r"\s*(?:[@}]|#\w|(?:func|init|deinit|subscript|var|let|case|class|struct|enum|actor|protocol|extension|typealias"
    r"|associatedtype|import|public|package|internal|fileprivate|private|open|static|mutating|nonmutating"
    r"|nonisolated|override|final)\b)"
)
C_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
C_LITERAL = re.compile(r"(['\"])(?:\\.|(?!\1)[^\n\\])*\1?", re.DOTALL)
C_NAME = re.compile(r"(\w+)\s*$")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def split_source(text, suffix):
    """The text twice, line for line: its code with comments and literals blanked, and its comments alone."""
    swift = suffix == ".swift"
    code, comments = [], []
    offset = 0
    while offset < len(text):
        start = offset
        offset, kind = _token_end(text, start, swift)
        token = text[start:offset]
        blank = re.sub(r"[^\n]", " ", token)
        code.append(token if kind == "code" else blank)
        comments.append(token if kind == "comment" else blank)
    return "".join(code), "".join(comments)


def _token_end(text, offset, swift):
    """Where the comment, the literal or the stretch of code that begins here ends, and which of them it is."""
    if text.startswith("//", offset):
        return _find(text, "\n", offset), "comment"
    if text.startswith("/*", offset):
        return _block_comment_end(text, offset, nests=swift), "comment"
    if swift and STRING_OPENING.match(text, offset):
        return _swift_string_end(text, offset), "literal"
    if not swift and (match := C_LITERAL.match(text, offset)):
        return match.end(), "literal"
    if swift and text.startswith("#/", offset):
        return _find(text, "/#", offset + 2) + 2, "literal"
    if swift and text[offset] == "/" and BEFORE_OPERAND.search(text[max(0, offset - 40) : offset]):
        if match := BARE_REGEX.match(text, offset):
            return match.end(), "literal"
    return PLAIN_CODE.match(text, offset + 1).end(), "code"


def _find(text, what, offset):
    found = text.find(what, offset)
    return len(text) if found < 0 else found


def _block_comment_end(text, offset, nests):
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, offset):
        depth = depth + 1 if match[0] == "/*" and (nests or depth == 0) else depth - (match[0] == "*/")
        if depth == 0:
            return match.end()
    return len(text)


def _swift_string_end(text, offset):
    hashes, quote = STRING_OPENING.match(text, offset).groups()
    offset += len(hashes) + len(quote)
    while offset < len(text):
        if text.startswith("\\" + hashes + "(", offset):
            offset = _interpolation_end(text, offset + len(hashes) + 2)
        elif text.startswith("\\" + hashes, offset):
            offset += len(hashes) + 2
        elif text.startswith(quote + hashes, offset):
            return offset + len(quote + hashes)
        elif quote == '"' and text[offset] == "\n":
            return offset
        else:
            offset += 1
    return offset


def _interpolation_end(text, offset):
    depth = 1
    while offset < len(text) and depth > 0:
        if STRING_OPENING.match(text, offset):
            offset = _swift_string_end(text, offset)
            continue
        depth += {"(": 1, ")": -1}.get(text[offset], 0)
        offset += 1
    return offset


def function_spans(code, suffix):
    """Name, first and last line of every function of code that `split_source` returned."""
    if suffix == ".swift":
        return _swift_function_spans(code)
    if suffix in (".c", ".h"):
        return _c_function_spans(code)
    return []


def _swift_function_spans(code):
    for match in SWIFT_FUNCTION.finditer(code):
        body = _swift_body(code, match.end())
        if body is not None:
            yield match["name"] or match["word"], line_of(code, match.start()), line_of(code, _block_end(code, body))
    for match in SWIFT_COMPUTED.finditer(code):
        yield match["name"], line_of(code, match.start()), line_of(code, _block_end(code, match.end() - 1))


def _swift_body(code, offset):
    """Where the body's brace is, or None for a requirement of a protocol."""
    depth = 0
    for position in range(offset, len(code)):
        character = code[position]
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth == 0 and character == "{":
            return position
        if depth < 0 or depth == 0 and (character in "};" or character == "\n" and SWIFT_DECLARATION.match(code, position)):
            return None
    return None


def _block_end(code, opening):
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, opening):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(code) - 1


def _c_function_spans(code):
    code = C_DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), code)
    offset = 0
    while (opening := code.find("{", offset)) >= 0:
        if re.search(r"\bextern\s*$", code[:opening]):
            offset = opening + 1  # extern "C": look inside.
            continue
        closing = _block_end(code, opening)
        parameters = code.rfind("(", 0, _matching_parenthesis(code, opening) + 1)
        name = C_NAME.search(code[:parameters]) if parameters >= 0 else None
        if code[:opening].rstrip().endswith(")") and name:
            yield name[1], line_of(code, name.start()), line_of(code, closing)
        offset = closing + 1


def _matching_parenthesis(code, before):
    """Where the parenthesis opens that closes last before this offset, or -1."""
    depth = 0
    for position in range(code.rfind(")", 0, before), -1, -1):
        depth += {")": 1, "(": -1}.get(code[position], 0)
        if depth == 0:
            return position
    return -1
