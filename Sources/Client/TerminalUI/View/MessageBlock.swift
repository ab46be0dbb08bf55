import CellScreen
import ControlWire
import Identifiers

/// Lines of a conversation: a message, a line of its own, or one between days.
struct ConversationLine {
    /// In front of the text: when and who.
    var head: [StyledText] = []
    var body: TextLine?
    /// Where the text begins.
    var indent = 0
    var isSelected = false
    /// Words in a line from side to side, in place of all that.
    var rule: [StyledText]?
}

/// Makes the lines of messages for one width.
struct MessageBlock {
    let columns: Int
    let theme: Theme
    let clock: ClockText
    let ownName: String?
    let ownID: UserID?
    let log: MessageLog
    let people: [UserID: Model.Person]

    /// Most lines of one message: the server's limit has more room than a screen.
    static let linesMax = 200

    /// In one line with the text, because a column of its own would leave the text too little.
    private var isInline: Bool { columns < 60 }
    private var nameColumns: Int { min(16, max(8, columns / 8)) }
    /// A mark, the time, the name.
    private var indent: Int { isInline ? 2 : 1 + 5 + 1 + nameColumns + 1 }

    func lines(_ message: ChatMessage, isSelected: Bool, in grid: inout CellGrid) -> [ConversationLine] {
        let isMention = ownID.map { message.mentions.contains($0) } ?? false
        let mark = isSelected ? "▶" : isMention ? "@" : " "
        let time = clock.time(message.sentAt)
        var lines = compose(
            mark: StyledText(mark, theme.style(isMention ? .mention : .strong)), time: time, name: message.author,
            isOwn: message.authorID == ownID, reply: message.replyTo, body: body(of: message, in: &grid))
        for index in lines.indices { lines[index].isSelected = isSelected }
        return lines
    }

    /// A message that the server has not acknowledged.
    func lines(_ pending: ConversationState.Pending, in grid: inout CellGrid) -> [ConversationLine] {
        var quiet = theme.style(.quiet)
        quiet.isItalic = true
        var body = RichText(theme: theme, base: quiet).pieces(pending.content, in: &grid)
        if let failure = pending.failure {
            body.append(StyledText("\n! not sent: \(failure) – Alt-R sends it again", theme.style(.error)))
        }
        let mark = pending.failure == nil ? StyledText(" ") : StyledText("!", theme.style(.error))
        return compose(
            mark: mark, time: pending.failure == nil ? "  …  " : "     ", name: ownName ?? "", isOwn: true,
            reply: pending.replyTo, body: body)
    }

    private func body(of message: ChatMessage, in grid: inout CellGrid) -> [StyledText] {
        guard message.deletedAt == nil else {
            let isByOther = message.deletedBy.map { $0 != message.authorID } ?? false
            return [StyledText(isByOther ? "(deleted by a moderator)" : "(deleted)", theme.style(.quiet))]
        }
        let names = message.mentions.compactMap { people[$0]?.name }
        let rich = RichText(theme: theme, mentioned: names, ownName: ownName)
        var pieces = rich.pieces(message.content, in: &grid)
        if message.editedAt != nil { pieces.append(StyledText(" (edited)", theme.style(.quiet))) }
        return pieces
    }

    private func compose(
        mark: StyledText, time: String, name: String, isOwn: Bool, reply: MessageID?, body: [StyledText]
    ) -> [ConversationLine] {
        let nameStyle = theme.name(name, isOwn: isOwn)
        let quote = reply.map { TextLayout.row(self.quote($0), columns: columns - indent) }
        let stamp = StyledText(time + " ", theme.style(.quiet))
        if isInline {
            let head = [mark, stamp, StyledText(name, nameStyle), StyledText(": ", theme.style(.quiet))]
            let isTurned = TextLayout.isRightToLeft([StyledText(name)]) || TextLayout.isRightToLeft(body)
            return quote == nil && !isTurned ? inline(head, body) : below(head, quote: quote, body)
        }
        let shortName = TextLayout.line([StyledText(name, nameStyle)], columns: nameColumns)
        let padding = String(repeating: " ", count: nameColumns - shortName.columns)
        let head = [mark, stamp, StyledText(padding)] + shortName.items.map { StyledText($0.cluster.text, $0.style) }
        var lines = textLines(body)
        if let quote { lines.insert(ConversationLine(body: quote, indent: indent), at: 0) }
        lines[0].head = head
        return lines
    }

    /// The first line begins with the head.
    private func inline(_ head: [StyledText], _ body: [StyledText]) -> [ConversationLine] {
        let text = Array(head.dropFirst()) + body
        let wrapped = TextLayout.wrap(text, columns: columns - indent, linesMax: Self.linesMax)
        var lines = wrapped.lines.enumerated().map { index, line in
            ConversationLine(body: line, indent: index == 0 ? 1 : indent)
        }
        lines[0].head = [head[0]]
        return lines
    }

    /// Text that runs the other way, and answers, get lines of their own.
    private func below(_ head: [StyledText], quote: TextLine?, _ body: [StyledText]) -> [ConversationLine] {
        var lines = textLines(body)
        if let quote { lines.insert(ConversationLine(body: quote, indent: indent), at: 0) }
        return [ConversationLine(head: head)] + lines
    }

    /// Right-to-left paragraphs end where the longest line of the message ends.
    private func textLines(_ body: [StyledText]) -> [ConversationLine] {
        let lines = TextLayout.wrap(body, columns: max(1, columns - indent), linesMax: Self.linesMax).lines
        let widest = lines.map(\.columns).max() ?? 0
        return lines.map { line in
            ConversationLine(body: line, indent: indent + (line.isRightToLeft ? widest - line.columns : 0))
        }
    }

    private func quote(_ id: MessageID) -> [StyledText] {
        let quiet = theme.style(.quiet)
        guard let message = log.message(id) else { return [StyledText("╭ an earlier message (o shows it)", quiet)] }
        return ["╭ ", message.author, ": ", Self.summary(message)].map { StyledText($0, quiet) }
    }

    /// Of a message, what fits into a line.
    static func summary(_ message: ChatMessage) -> String {
        message.deletedAt == nil ? String(message.content.prefix(200)) : "(deleted)"
    }
}
