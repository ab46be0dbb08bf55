import ControlWire
import Identifiers
import TerminalSupport

/// Messages for people. Pure; everything that others wrote is made safe for a terminal.
struct MessageText: Sendable {
    let time: TimeText

    /// `#12 2026-11-22 21:05:09 ada: text`; further lines of the text are set in, so that none looks like a message.
    func lines(_ message: ChatMessage) -> [String] {
        lines(message, place: nil, content: message.content)
    }

    /// A hit with its matches in brackets: `…the [coffee] is…`.
    func lines(_ hit: SearchHit, in place: String) -> [String] {
        lines(hit.message, place: place, content: Self.marked(hit))
    }

    private func lines(_ message: ChatMessage, place: String?, content: String) -> [String] {
        var head = "#\(message.id) \(time.text(message.sentAt))"
        if let place { head += " [\(TerminalText.line(place))]" }
        head += " \(TerminalText.name(message.author))"
        if let reply = message.replyTo { head += " (to #\(reply))" }
        if message.deletedAt != nil { return ["\(head): (deleted)"] }
        if message.editedAt != nil { head += " (edited)" }
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            .map { TerminalText.line($0, keepsJoiners: true) }
        return ["\(head): \(lines.first ?? "")"] + lines.dropFirst().map { "    \($0)" }
    }

    /// Marks that do not fit the snippet are passed over.
    static func marked(_ hit: SearchHit) -> String {
        let scalars = Array(hit.snippet.unicodeScalars)
        var text = String.UnicodeScalarView()
        var next = 0
        for mark in hit.marks.sorted(by: { $0.start < $1.start }) {
            guard mark.start >= next, mark.length > 0, mark.length <= scalars.count,
                mark.start <= scalars.count - mark.length
            else { continue }
            text.append(contentsOf: scalars[next..<mark.start])
            text.append("[")
            text.append(contentsOf: scalars[mark.start..<mark.start + mark.length])
            text.append("]")
            next = mark.start + mark.length
        }
        text.append(contentsOf: scalars[next...])
        return String(text)
    }
}
