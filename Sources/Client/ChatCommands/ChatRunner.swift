import ControlWire
import Glibc
import Identifiers
import RoomClient
import TerminalSupport

/// The chat commands of `roomtone`: each checks what it was given, asks the server, and prints.
///
/// Every command throws ``CommandFailure`` and prints nothing of it: who runs it does. One command on a runner at a time.
public struct ChatRunner: Sendable {
    public let options: ChatOptions
    let console: Console
    let prompt: TerminalPrompt
    let message: MessageText

    /// Prints to standard output, and asks over standard error.
    public init(_ options: ChatOptions) {
        self.init(
            options, console: .standard, prompt: TerminalPrompt(input: STDIN_FILENO, output: STDERR_FILENO),
            time: TimeText(zone: .local))
    }

    init(_ options: ChatOptions, console: Console, prompt: TerminalPrompt, time: TimeText) {
        self.options = options
        self.console = console
        self.prompt = prompt
        message = MessageText(time: time)
    }

    /// Does `work` in a session of the account meant, and ends the connection, not the session.
    func inSession<Result>(
        _ work: (ChatSession) async throws(CommandFailure) -> Result
    ) async throws(CommandFailure) -> Result {
        let session = ChatSession(try plan())
        do throws(CommandFailure) {
            let result = try await work(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    /// Asks something in a session of its own, again after a lost connection or a limit's wait where that is harmless.
    func ask<Result: Sendable>(
        isRepeatable: Bool = true, _ work: @Sendable (RoomClient) async throws(RoomClientError) -> Result
    ) async throws(CommandFailure) -> Result {
        try await inSession { (session) async throws(CommandFailure) in
            try await ask(session, isRepeatable: isRepeatable, work)
        }
    }

    func ask<Result: Sendable>(
        _ session: ChatSession, isRepeatable: Bool = true,
        _ work: @Sendable (RoomClient) async throws(RoomClientError) -> Result
    ) async throws(CommandFailure) -> Result {
        do throws(RoomClientError) {
            return try await session.perform(isRepeatable: isRepeatable, work)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Said to people besides the result; a machine reads only results and errors.
    func note(_ line: String) {
        if !options.isJSON { console.note(line) }
    }

    /// One answer: its fields as JSON, or lines for people.
    func show(_ answer: ControlMessage, _ lines: [String]) throws(CommandFailure) {
        for line in options.isJSON ? [try ProtocolFields.line(of: answer)] : lines { try console.print(line) }
    }

    /// A list: a line a row. For people `header` stands above; without rows, `empty` is said on standard error.
    func show<Row>(
        _ rows: [Row], as answer: (Row) -> ControlMessage, list: StaticString, header: [String], empty: String,
        cells: (Row) -> [String]
    ) throws(CommandFailure) {
        if options.isJSON {
            // Row by row: the whole may be longer than a line of the protocol.
            for row in rows {
                for line in try ProtocolFields.lines(of: answer(row), list: list) { try console.print(line) }
            }
            return
        }
        if rows.isEmpty { note(empty) }
        for line in TextTable.lines(header, rows.map(cells)) { try console.print(line) }
    }

    /// The answer to what has no other: that it was done.
    func showDone(_ words: String) throws(CommandFailure) {
        try show(.serverResponse(success: true, content: words), [TerminalText.line(words)])
    }
}
