import ChatStore
import Foundation
import Identifiers
import Logging
import MessageSearch
import Permissions
import Recordings

extension RoomDirectory {
    /// Takes a person out of the recordings, empties their messages, and ends the account. Whoever asked has been checked.
    /// - Returns: recordings that they were in and that do not run.
    func eraseData(
        of user: UserID, by actor: Member, in recordings: RecordingArchive?, at now: Date = Date()
    ) async throws -> Int {
        await peopleTurns.enter()
        defer { peopleTurns.leave() }
        // First the sound: what comes after it can be asked for again if it fails.
        let recordingCount = try await recordings?.forget(user) ?? 0
        var last: MessageID?
        while let erased = try await store.eraseMessages(of: user, after: last, by: actor.user, at: now) {
            last = erased.last
            for conversation in erased.conversations {
                if let id = conversation.room { await allRooms[id]?.forgetHistory() }
            }
        }
        text.search?.noteChanges()
        try await store.eraseAccount(
            user, by: actor.user, detail: "\(recordingCount) recordings", at: now)
        for room in allRooms.values { await room.forget(user) }
        return recordingCount
    }

    /// A recording has ended by itself.
    public func recordingEnded(_ ending: RecordingEnding) async {
        if let room = allRooms[ending.room] { await room.recordingEnded(ending) }
        if ending.end == .writeFailed {
            logger.error("a recording ended", metadata: ["room": "\(ending.room)", "cause": "\(ending.detail)"])
        }
    }

    /// How long each room keeps its recordings, where it says so itself.
    func recordingDays() async -> [RoomID: Int] {
        var days: [RoomID: Int] = [:]
        for (id, room) in allRooms { days[id] = await room.recordingDays }
        return days
    }
}

extension Room {
    /// Messages were emptied in the store: the next who asks reads them anew.
    func forgetHistory() {
        history.expire(before: .max, keepingNewest: nil)
    }

    /// The account is gone.
    func forget(_ user: UserID) {
        access.members.remove(user)
        access.overrides.removeAll { $0.subject == .user(user) }
        access.restraints[user] = nil
    }
}
