public import ControlWire
public import Identifiers

extension RoomClient {
    /// - Parameter hasMix: whether there is to be a file with everybody who agrees, besides one for each.
    public func startRecording(
        _ room: RoomID, hasMix: Bool = false
    ) async throws(RoomClientError) -> RecordingState {
        try await ask(.startRecording(roomID: room, hasMix: hasMix)) {
            if case .recordingState(let state) = $0 { state } else { nil }
        }
    }

    public func stopRecording(_ room: RoomID) async throws(RoomClientError) -> RecordingState {
        try await ask(.stopRecording(roomID: room)) { if case .recordingState(let state) = $0 { state } else { nil } }
    }

    /// Says yes or no to being recorded, in the room whose voice this connection is in.
    public func answerRecording(in room: RoomID, isConsent: Bool) async throws(RoomClientError) -> RecordingState {
        try await ask(.recordingConsent(roomID: room, isConsent: isConsent)) {
            if case .recordingState(let state) = $0 { state } else { nil }
        }
    }

    /// Recordings, the newest first.
    public func recordings(
        _ query: RecordQuery
    ) async throws(RoomClientError) -> (recordings: [RecordingSummary], next: UInt64?) {
        try await ask(.listRecordings(query)) {
            if case .recordingPage(let recordings, let next) = $0 { (recordings, next) } else { nil }
        }
    }

    /// Part of a file of a recording: of a speaker's, of the mix (track 0), or of the manifest (nil).
    public func recordingChunk(
        _ recording: UInt64, track: Int?, from offset: UInt64
    ) async throws(RoomClientError) -> RecordingChunk {
        try await ask(.fetchRecording(recordingID: recording, track: track, offset: offset)) {
            if case .recordingChunk(let chunk) = $0 { chunk } else { nil }
        }
    }

    public func deleteRecording(_ recording: UInt64) async throws(RoomClientError) {
        try await ask(.deleteRecording(recordingID: recording)) { $0.isDone ? () : nil }
    }

    /// Who was in voice when, the newest first.
    public func voiceLog(
        _ query: RecordQuery
    ) async throws(RoomClientError) -> (entries: [VoiceLogEntry], hasMore: Bool) {
        try await ask(.listVoiceLog(query)) {
            if case .voiceLogPage(let entries, let hasMore) = $0 { (entries, hasMore) } else { nil }
        }
    }

    public func userData(of user: UserID) async throws(RoomClientError) -> UserDataRecord {
        try await ask(.exportUserData(userID: user)) { if case .userData(let data) = $0 { data } else { nil } }
    }

    /// What an account has written, the oldest first. A page may be empty and yet not the last.
    public func userMessages(
        of user: UserID, after: MessageID?
    ) async throws(RoomClientError) -> (messages: [ChatMessage], next: MessageID?) {
        try await ask(.exportUserMessages(userID: user, after: after)) {
            if case .userMessagePage(let messages, let next) = $0 { (messages, next) } else { nil }
        }
    }

    public func deleteUserData(of user: UserID) async throws(RoomClientError) {
        try await ask(.deleteUserData(userID: user)) { $0.isDone ? () : nil }
    }
}
