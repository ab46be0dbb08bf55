import ChatStore
import ControlWire
import Credentials
import Identifiers
import VoiceWire

/// One room: owns who is in it and who may speak to whom, and is the only one to tell the relay.
///
/// Every method runs to its end without suspending, so what members see is one order of events for all.
actor Room {
    nonisolated let record: RoomRecord
    let voice: VoiceAccess
    let limits: RoomsLimits
    var members: [ConnectionID: Member] = [:]
    var voiceTable = VoiceTable()
    /// The room's name on the voice wire, leased while anybody is in voice.
    var voiceRoom: VoiceRoomID?

    init(_ record: RoomRecord, voice: VoiceAccess, limits: RoomsLimits) {
        self.record = record
        self.voice = voice
        self.limits = limits
    }

    /// Adds a connection: answers `RoomJoined`, tells the room, and shows who is in voice.
    func join(_ member: Member, answering requestID: UInt64?) throws(RoomRefusal) {
        let joined = ControlMessage.roomJoined(
            roomID: record.id, name: record.name, description: record.description)
        guard members[member.connection] == nil else {
            member.outbox.post(EncodedLine(joined, answering: requestID))
            return
        }
        guard members.count < limits.membersPerRoomMax else { throw .roomFull(max: limits.membersPerRoomMax) }
        let isFirstConnection = !members.values.contains { $0.user == member.user }
        members[member.connection] = member
        member.outbox.post(EncodedLine(joined, answering: requestID))
        if isFirstConnection { announce("\(member.name) joined the room") }
        if voiceTable.count > 0 { showVoice(to: member) }
    }

    /// Removes a connection, from voice too. One that is not in the room changes nothing.
    func leave(_ connection: ConnectionID, _ departure: Departure, answering requestID: UInt64? = nil) {
        guard let member = members[connection] else { return }
        endVoice(of: connection, departure)
        members[connection] = nil
        // A connection that is gone is not answered.
        if departure == .left {
            let answer = ControlMessage.serverResponse(success: true, content: "Left room \(record.id)")
            member.outbox.post(EncodedLine(answer, answering: requestID))
        }
        let isLastConnection = !members.values.contains { $0.user == member.user }
        if isLastConnection { announce("\(member.name) left the room") }
    }

    /// Sends text to everybody in the room, the author included.
    func say(_ content: String, from connection: ConnectionID, answering requestID: UInt64?) throws(RoomRefusal) {
        guard let author = members[connection] else { throw .notAMember }
        do {
            try FreeText.checkMessage(content)
        } catch {
            throw .text(error)
        }
        let message = ControlMessage.roomMessage(roomID: record.id, senderUsername: author.name, content: content)
        broadcast(message, from: author.user, answering: requestID, of: connection)
    }

    /// One encoding for all, and one more for the connection whose request it answers.
    func broadcast(
        _ message: ControlMessage, from sender: UserID = .server, answering requestID: UInt64? = nil,
        of requester: ConnectionID? = nil
    ) {
        let line = EncodedLine(message, from: sender)
        for (connection, member) in members where requestID == nil || connection != requester {
            member.outbox.post(line)
        }
        if let requestID, let requester {
            members[requester]?.outbox.post(EncodedLine(message, from: sender, answering: requestID))
        }
    }

    private func announce(_ text: String) {
        broadcast(.roomMessage(roomID: record.id, senderUsername: "System", content: text))
    }
}
