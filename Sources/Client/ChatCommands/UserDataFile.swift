import ControlWire
import TerminalSupport

/// A JSON file with what a server holds of an account: `{"format":1,"account":{…},LIST:[…],…}`, a row a line, with the protocol's
/// fields. One owner; blocks while the disk does; holds a page at a time.
final class UserDataFile {
    private let file: FetchedFile
    /// Whether a list is open, and whether it has a row.
    private var hasList = false
    private var hasRow = false

    /// Makes it for its owner only; nothing that is there is written over.
    init(_ path: String) throws(CommandFailure) { file = try FetchedFile(path) }

    func write(account: UserDataRecord) throws(CommandFailure) {
        try append("{\"format\":1,\"account\":" + (try ProtocolFields.line(of: .userData(account))))
    }

    /// Begins a list; ends the one before.
    func begin(_ name: String) throws(CommandFailure) {
        try append((hasList ? "]" : "") + ",\n\"\(name)\":[")
        (hasList, hasRow) = (true, false)
    }

    /// Adds the rows of a message's list.
    func add(_ message: ControlMessage, list: StaticString) throws(CommandFailure) {
        for row in try ProtocolFields.lines(of: message, list: list) {
            try append((hasRow ? ",\n" : "\n") + row)
            hasRow = true
        }
    }

    func finish() throws(CommandFailure) { try append((hasList ? "]" : "") + "}\n") }

    /// Takes the file away again.
    func discard() { file.remove() }

    private func append(_ text: String) throws(CommandFailure) { try file.append(Array(text.utf8)) }
}
