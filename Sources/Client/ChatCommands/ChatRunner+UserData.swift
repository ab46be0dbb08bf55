import ControlWire
import Identifiers
import RoomClient
import TerminalSupport

/// What the server holds of one account: shown, written into a file, deleted.
extension ChatRunner {
    /// Prints what the server holds of an account.
    public func exportUserData(of user: String) async throws(CommandFailure) {
        let data = try await ask { (client) async throws(RoomClientError) in
            try await client.userData(of: try await NameFinder(client: client).user(user))
        }
        try show(
            .userData(data),
            [
                "\(TerminalText.name(data.username)), account \(data.userID), \(data.role)",
                "made \(message.time.text(data.createdAt)), last seen \(message.time.text(data.lastSeenAt))",
                "\(data.messageCount) messages, \(data.voiceLogCount) stays in voice, \(data.rooms.count) rooms, \(data.devices.count) devices",
            ])
    }

    /// Writes all that the server holds of an account, besides the sound of recordings, into a new JSON file: page by page, so that it may
    /// be larger than memory.
    public func exportUserData(of user: String, to path: String) async throws(CommandFailure) {
        try await inSession { (session) async throws(CommandFailure) in
            let data = try await ask(session) { (client) async throws(RoomClientError) in
                try await client.userData(of: try await NameFinder(client: client).user(user))
            }
            let file = try UserDataFile(path)
            do throws(CommandFailure) {
                try await write(data, into: file, session)
                try file.finish()
            } catch {
                // Half of it is not to be taken for the whole.
                file.discard()
                throw error
            }
        }
        try showDone("Wrote the data of \(user) to \(path)")
    }

    private func write(
        _ data: UserDataRecord, into file: UserDataFile, _ session: ChatSession
    ) async throws(CommandFailure) {
        let user = data.userID
        try file.write(account: data)
        try file.begin("voice_log")
        var query: RecordQuery? = RecordQuery(userID: user)
        while let wanted = query {
            let page = try await ask(session) { (client) async throws(RoomClientError) in
                try await client.voiceLog(wanted)
            }
            try file.add(.voiceLogPage(entries: page.entries, hasMore: false), list: "entries")
            query = page.hasMore ? page.entries.last.map { RecordQuery(userID: user, before: $0.id) } : nil
        }
        try file.begin("recordings")
        query = RecordQuery(userID: user)
        while let wanted = query {
            let page = try await ask(session) { (client) async throws(RoomClientError) in
                try await client.recordings(wanted)
            }
            try file.add(.recordingPage(recordings: page.recordings, next: nil), list: "recordings")
            query = page.next.map { RecordQuery(userID: user, before: $0) }
        }
        try file.begin("messages")
        var last: MessageID?
        repeat {
            let page = try await ask(session) { [last] (client) async throws(RoomClientError) in
                try await client.userMessages(of: user, after: last)
            }
            try file.add(.userMessagePage(messages: page.messages, next: nil), list: "messages")
            last = page.next
        } while last != nil
    }

    /// Deletes all of it; for ever.
    public func deleteUserData(of user: String, isConfirmed: Bool) async throws(CommandFailure) {
        if !isConfirmed {
            guard prompt.isPossible else {
                throw CommandFailure(.usage, "nothing of it comes back: confirm it with --yes.")
            }
            let question =
                "Delete the account “\(TerminalText.name(user))”, its messages, recordings and voice log for ever?"
            guard try prompt.confirm(question) else { throw CommandFailure(.interrupted, "nothing was deleted.") }
        }
        try await ask { (client) async throws(RoomClientError) in
            try await client.deleteUserData(of: try await NameFinder(client: client).user(user))
        }
        try showDone("Deleted the data of \(user)")
    }
}
