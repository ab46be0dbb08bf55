import ControlWire
import RoomClient
import Synchronization
public import TerminalSupport

extension ChatRunner {
    /// Prints what is written in a room, each message once and in order over any number of connections, until the task is
    /// cancelled; begins with the newest `limit` messages.
    public func follow(room text: String, limit: Int) async throws(CommandFailure) {
        guard (0...Self.followLimitMax).contains(limit) else {
            throw CommandFailure(.usage, "--limit \(limit): give 0 to \(Self.followLimitMax).")
        }
        try await inSession { (session) async throws(CommandFailure) in
            let room = try await ask(session) { (client) async throws(RoomClientError) in
                try await NameFinder(client: client).room(text)
            }
            let failure = Mutex<CommandFailure?>(nil)
            do throws(RoomClientError) {
                try await session.follow(room, newest: limit) { event in
                    do throws(CommandFailure) {
                        try show(event)
                        return true
                    } catch {
                        failure.withLock { $0 = error }
                        return false
                    }
                }
            } catch {
                throw CommandFailure(error)
            }
            if let failure = failure.withLock({ $0 }) { throw failure }
        }
    }

    private func show(_ event: ChatSession.FollowEvent) throws(CommandFailure) {
        switch event {
        case .joined(let room): note("following “\(TerminalText.name(room.summary.name))”.")
        case .message(let message): try show(message)
        case .change(let changed):
            let answer: ControlMessage = changed.deletedAt == nil ? .messageEdited(changed) : .messageDeleted(changed)
            try show(answer, message.lines(changed).map { "* " + $0 })
        case .notice(let envelope):
            switch envelope.message {
            case .roomMessage(_, _, let content, _): try show(envelope.message, ["* " + TerminalText.line(content)])
            case .serverClosing(let milliseconds):
                try show(envelope.message, ["* " + ServerClosing.text(milliseconds: milliseconds)])
            default: return
            }
        case .lost(let error): note("\(error) Trying again…")
        case .resumed: note("connected again; nothing is missing.")
        }
    }

    private static let followLimitMax = 200
}
