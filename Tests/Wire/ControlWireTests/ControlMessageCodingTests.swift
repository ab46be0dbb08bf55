import Foundation
import Identifiers
import Testing

@testable import ControlWire

/// Each variant, exactly as `Documentation/Protocol.md` shows it: written so, and read back the same.
@Suite struct ControlMessageCodingTests {
    @Test(arguments: ControlMessageExamples.all)
    func variantIsWrittenAndReadAsDocumented(_ message: ControlMessage, _ json: String) throws {
        let line = #"{"sender_id":7,"message_type":"# + json + #","request_id":9}"#
        let envelope = ControlEnvelope(senderID: UserID(rawValue: 7), message: message, requestID: 9)
        #expect(try ControlLine.decode(Array(line.utf8)) == envelope)
        let written = try ControlLine.encode(envelope)
        #expect(written.last == UInt8(ascii: "\n"))
        #expect(!written.dropLast().contains(UInt8(ascii: "\n")))
        #expect(try parse(written) == parse(Array(line.utf8)))
        #expect(try ControlLine.encode(envelope) == written)
    }

    /// Without a default: a new variant does not compile here, and then belongs among the examples.
    private static func isKnown(_ message: ControlMessage) -> Bool {
        switch message {
        case .register, .login, .authSuccess, .authFailure, .resume, .logOut, .changePassword, .listSessions,
            .sessionList, .claimOwnership, .setRole, .roleChanged, .join, .leave, .createRoom, .roomCreated,
            .roomJoined, .roomNotFound, .listRooms, .roomList, .joinByInvitation, .browseRooms, .roomPage,
            .updateRoom, .roomUpdated, .deleteRoom, .roomDeleted, .createInvitation, .invitationCreated,
            .listInvitations, .invitationList, .revokeInvitation, .setOverride, .listOverrides, .overrideList,
            .permissionsChanged, .restrainVoice, .moveUser, .kick, .ban, .banCreated, .unban, .listBans, .banList,
            .removedFromRoom, .listAudit, .auditPage, .browseVoice, .voicePage, .browseSessions, .sessionPage,
            .revokeSession, .listLimits, .limitList, .setLimit, .roomMessage, .privateMessage, .serverResponse,
            .editMessage,
            .messageEdited, .deleteMessage, .messageDeleted, .history, .historyPage, .search, .searchResults,
            .markRead, .readMarker, .listUnread, .unreadList, .typing, .userTyping, .userStatusUpdate, .browseUsers,
            .userPage, .userListUpdate, .requestUserList, .voiceConnect, .voiceDisconnect,
            .voiceConnectionEstablished, .setMuted, .setDeafened, .setVolume, .setDelivery, .setVoiceVolume,
            .roomVoiceState, .userVoiceUpdate,
            .requestBitrateChange, .audioQualityReport, .voiceReception, .voiceDatagram, .voiceError, .voiceUserJoined,
            .voiceUserLeft, .startRecording, .stopRecording, .recordingConsent, .recordingState, .listRecordings,
            .recordingPage, .fetchRecording, .recordingChunk, .deleteRecording, .listVoiceLog, .voiceLogPage,
            .exportUserData, .exportUserMessages, .userMessagePage, .userData, .deleteUserData, .serverClosing, .backUp,
            .backupMade, .checkIntegrity,
            .integrityReport, .ping, .pong:
            true
        }
    }

    @Test func everyVariantHasAnExample() throws {
        #expect(ControlMessageExamples.all.allSatisfy { Self.isKnown($0.message) })
        let names = try ControlMessageExamples.all.map { try name(of: $0.message) }
        #expect(Set(names) == ControlMessage.variantNames)
        #expect(Set(names).count == 117)
    }

    private func name(of message: ControlMessage) throws -> String {
        let type = try parse(ControlLine.encode(ControlEnvelope(message: message)))["message_type"]
        if let name = type as? String { return name }
        return try #require((type as? [String: Any])?.keys.first)
    }

    /// As objects, because the order of fields says nothing.
    private func parse(_ json: [UInt8]) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(json)) as? NSDictionary)
    }
}
