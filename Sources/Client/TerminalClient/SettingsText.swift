/// The lines of a settings file: `name = value`, `#` before a comment. Pure. What is not understood stays as it is.
struct SettingsText: Equatable, Sendable {
    /// One setting, as written.
    struct Entry: Equatable, Sendable {
        /// Counted from 1.
        var line: Int
        var name: String
        var value: String
    }

    /// Where the file does not say what it should, for the person who wrote it.
    struct Problem: Equatable, Sendable {
        var line: Int
        var text: String
    }

    private var lines: [String]

    /// Never fails: what cannot be read is kept.
    init(parsing text: String = "") {
        // By scalars: to a character, a carriage return and the line feed after it are one.
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        if lines.last == "" { lines.removeLast() }
    }

    /// The file's text, newline after every line.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// What counts: of a name that is there twice, the last.
    var entries: [Entry] {
        let all = written
        return all.filter { entry in !all.contains { $0.name == entry.name && $0.line > entry.line } }
    }

    /// Lines that are no setting, and settings that a later line takes the place of.
    var problems: [Problem] {
        let all = written
        let unread = lines.indices.filter { !Self.isQuiet(lines[$0]) && entry(at: $0) == nil }.map { index in
            Problem(line: index + 1, text: "there is no “name = value” in this line")
        }
        let repeated = all.compactMap { entry in
            all.last { $0.name == entry.name && $0.line > entry.line }.map {
                Problem(line: entry.line, text: "“\(entry.name)” is said again in line \($0.line), which counts")
            }
        }
        return (unread + repeated).sorted { $0.line < $1.line }
    }

    /// Says it in the line that said it before, else in a new one.
    mutating func set(_ name: String, to value: String) {
        let line = "\(name) = \(value)"
        if let entry = entries.first(where: { $0.name == name }) {
            lines[entry.line - 1] = line
            return
        }
        if lines.isEmpty { lines = Self.header }
        lines.append(line)
    }

    /// Says nothing of it any more.
    mutating func remove(_ name: String) {
        for entry in written.reversed() where entry.name == name { lines.remove(at: entry.line - 1) }
    }

    /// Keeps a line that was not understood as a comment, so that what is said now does not lose it.
    mutating func comment(_ line: Int) { lines[line - 1] = "# not understood: " + lines[line - 1] }

    private var written: [Entry] { lines.indices.compactMap { entry(at: $0) } }

    private func entry(at index: Int) -> Entry? {
        let line = lines[index]
        guard !Self.isQuiet(line) else { return nil }
        // A person's name may hold the sign; the number after it does not.
        let isOfPerson = line.trimmed.hasPrefix(SettingsFormat.userVolume)
        guard let sign = isOfPerson ? line.lastIndex(of: "=") : line.firstIndex(of: "=") else { return nil }
        let name = String(line[..<sign]).trimmed
        let value = String(line[line.index(after: sign)...]).trimmed
        guard !name.isEmpty else { return nil }
        return Entry(line: index + 1, name: isOfPerson ? name : name.lowercased(), value: value)
    }

    private static func isQuiet(_ line: String) -> Bool { line.trimmed.isEmpty || line.trimmed.hasPrefix("#") }

    private static let header = [
        "# Settings of roomtone, one a line: name = value. The interface (F4) changes its own lines and leaves all others.",
        "",
    ]
}

extension String {
    /// Without spaces, tabs and carriage returns at its ends.
    var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
