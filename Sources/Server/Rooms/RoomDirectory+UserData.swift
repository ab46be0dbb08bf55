import ChatStore
import ControlWire
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
        var erasures = Erasures()
        while let erased = try await store.eraseMessages(of: user, after: last, by: actor.user, at: now) {
            last = erased.last
            erasures.add(erased.messages)
            for conversation in erased.messages.keys {
                if let id = conversation.room { await allRooms[id]?.forgetHistory() }
            }
        }
        try await store.eraseAccount(
            user, by: actor.user, detail: "\(recordingCount) recordings", at: now)
        text.search?.noteErasure()
        for room in allRooms.values { await room.forget(user) }
        await tell(erasures, of: user)
        return recordingCount
    }

    /// Takes the newest of the erased messages off the screens of those who are here; after the account has lost its name,
    /// which they would tell again. Should the store not answer, they are gone at the next look.
    private func tell(_ erasures: Erasures, of user: UserID) async {
        for (conversation, ids) in erasures.newest {
            if let id = conversation.room {
                guard let room = allRooms[id], let messages = try? await store.messages(ids: ids) else { continue }
                await room.erased(messages)
            } else {
                guard let parties = try? await store.conversationParties(conversation) else { continue }
                let other = parties.0 == user ? parties.1 : parties.0
                guard !connections(of: other).isEmpty, let messages = try? await store.messages(ids: ids) else {
                    continue
                }
                for message in messages.newestFirst {
                    let line = EncodedLine(.messageDeleted(ChatMessage(message, in: .direct(user))))
                    for member in connections(of: other) {
                        _ = member.outbox.post(line, unlessWaiting: Erasures.waitingBytesMax)
                    }
                }
            }
        }
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

/// What is told of an account's erased messages: the newest of each conversation, which may stand on screens. Pure.
struct Erasures {
    /// Messages of one conversation that are told of; as many as a page of history may have.
    static let toldMax = ChatStore.historyRowsMax
    /// Bytes that may wait for one connection: who reads slowly is told of fewer, and not closed for it.
    static let waitingBytesMax = Outbox.bytesMaxDefault / 4

    /// Ascending.
    private(set) var newest: [ConversationKey: [MessageID]] = [:]

    /// - Parameter messages: ascending, each higher than those added before.
    mutating func add(_ messages: [ConversationKey: [MessageID]]) {
        for (conversation, ids) in messages {
            newest[conversation] = Array((newest[conversation, default: []] + ids).suffix(Self.toldMax))
        }
    }
}

extension [StoredMessage] {
    /// The newest first: should not all find room, they are on more screens.
    fileprivate var newestFirst: [StoredMessage] { sorted { $0.id > $1.id } }
}

extension Room {
    /// Messages were emptied in the store, and the members present see them go.
    func erased(_ tombstones: [StoredMessage]) {
        forgetHistory()
        for message in tombstones.newestFirst {
            note(change: message.changeID)
            let line = EncodedLine(.messageDeleted(ChatMessage(message, in: .room(id))))
            for member in members.values { _ = member.outbox.post(line, unlessWaiting: Erasures.waitingBytesMax) }
        }
    }

    /// Members were told of a change. Erasures come around the line of the others, so a lower one may come later.
    func note(change: ChangeID?) {
        lastChangeID = [lastChangeID, change].compactMap(\.self).max()
    }

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
