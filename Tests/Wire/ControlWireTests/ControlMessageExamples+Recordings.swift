import ControlWire
import Identifiers

extension ControlMessageExamples {
    private static let state: RecordingState = {
        var state = RecordingState(roomID: room, isRecording: true)
        state.recordingID = 1_764_192_000_000
        state.startedBy = "ann"
        state.startedAt = 1_764_192_000_000
        state.hasMix = true
        state.speakers = [.init(userID: user, username: "ann", voiceID: 3, answer: .asked)]
        return state
    }()
    private static let ended: RecordingState = {
        var state = RecordingState(roomID: room, isRecording: false)
        state.recordingID = 1_764_192_000_000
        state.end = "stopped"
        state.explanation = "it was stopped"
        return state
    }()
    private static let summary: RecordingSummary = {
        var summary = RecordingSummary(
            id: 1_764_192_000_000, roomID: room, room: "General", startedBy: "ann", startedAt: 1_764_192_000_000,
            tracks: [
                .init(number: 1, userID: user, username: "ann", startSamples: 960, samples: 48_000, bytes: 5_000)
            ])
        summary.endedAt = 1_764_192_060_000
        summary.end = "stopped"
        summary.mixBytes = 9_000
        summary.mixState = "made"
        return summary
    }()
    private static let unmixed: RecordingSummary = {
        var summary = RecordingSummary(
            id: 1_764_192_000_000, roomID: room, room: "General", startedBy: "ann", startedAt: 1_764_192_000_000,
            tracks: [])
        summary.mixState = "failed"
        summary.mixFailure = "No space left on device"
        return summary
    }()
    private static let stay: VoiceLogEntry = {
        var stay = VoiceLogEntry(
            id: 12, roomID: room, userID: user, username: "ann", joinedAt: 1_764_192_000_000,
            leftAt: 1_764_192_060_000, reason: "Left", frames: 3_000, lost: 30, late: 3)
        stay.jitter = 4.5
        stay.playoutDelay = 45
        stay.rating = 88.25
        return stay
    }()

    private static let userData: UserDataRecord = {
        var data = UserDataRecord(
            userID: user, username: "ann", role: "member", createdAt: 1_764_192_000_000,
            lastSeenAt: 1_764_192_060_000, messageCount: 5, voiceLogCount: 1, rooms: [room])
        data.devices = [.init(name: "laptop", createdAt: 1_764_192_000_000, lastUsedAt: 1_764_192_060_000)]
        data.bans = [.init(roomID: room, reason: "noise", expiresAt: 1_764_192_060_000)]
        return data
    }()

    static let recordings: [Example] = [
        (.startRecording(roomID: room), #"{"StartRecording":{"room_id":1}}"#),
        (.startRecording(roomID: room, hasMix: true), #"{"StartRecording":{"room_id":1,"has_mix":true}}"#),
        (.stopRecording(roomID: room), #"{"StopRecording":{"room_id":1}}"#),
        (
            .recordingConsent(roomID: room, isConsent: true),
            #"{"RecordingConsent":{"room_id":1,"is_consent":true}}"#
        ),
        (
            .recordingState(state),
            #"{"RecordingState":{"room_id":1,"is_recording":true,"recording_id":1764192000000,"#
                + #""started_by":"ann","started_at":1764192000000,"has_mix":true,"speakers":[{"user_id":7,"username":"ann","#
                + #""voice_id":3,"answer":"asked"}]}}"#
        ),
        (
            .recordingState(ended),
            #"{"RecordingState":{"room_id":1,"is_recording":false,"recording_id":1764192000000,"speakers":[],"#
                + #""end":"stopped","explanation":"it was stopped"}}"#
        ),
        (
            .listRecordings(RecordQuery(roomID: room, userID: user, before: 1_764_192_000_000, limit: 20)),
            #"{"ListRecordings":{"room_id":1,"user_id":7,"before":1764192000000,"limit":20}}"#
        ),
        (
            .recordingPage(recordings: [summary], next: 1_764_192_000_000),
            #"{"RecordingPage":{"recordings":[{"id":1764192000000,"room_id":1,"room":"General","#
                + #""started_by":"ann","started_at":1764192000000,"ended_at":1764192060000,"end":"stopped","#
                + #""tracks":[{"number":1,"user_id":7,"username":"ann","start_samples":960,"samples":48000,"#
                + #""bytes":5000}],"mix_bytes":9000,"mix_state":"made"}],"next":1764192000000}}"#
        ),
        (
            .recordingPage(recordings: [unmixed], next: nil),
            #"{"RecordingPage":{"recordings":[{"id":1764192000000,"room_id":1,"room":"General","#
                + #""started_by":"ann","started_at":1764192000000,"tracks":[],"mix_state":"failed","#
                + #""mix_failure":"No space left on device"}]}}"#
        ),
        (
            .fetchRecording(recordingID: 1_764_192_000_000, track: 1, offset: 0),
            #"{"FetchRecording":{"recording_id":1764192000000,"track":1,"offset":0}}"#
        ),
        (
            .recordingChunk(
                RecordingChunk(recordingID: 1_764_192_000_000, track: 1, offset: 0, data: "T2dnUw==", size: 5_000)),
            #"{"RecordingChunk":{"recording_id":1764192000000,"track":1,"offset":0,"data":"T2dnUw==","size":5000}}"#
        ),
        (.deleteRecording(recordingID: 1_764_192_000_000), #"{"DeleteRecording":{"recording_id":1764192000000}}"#),
        (.listVoiceLog(RecordQuery(roomID: room)), #"{"ListVoiceLog":{"room_id":1}}"#),
        (
            .voiceLogPage(entries: [stay], hasMore: false),
            #"{"VoiceLogPage":{"entries":[{"id":12,"room_id":1,"user_id":7,"username":"ann","#
                + #""joined_at":1764192000000,"left_at":1764192060000,"reason":"Left","frames":3000,"lost":30,"#
                + #""late":3,"jitter":4.5,"playout_delay":45,"rating":88.25}],"has_more":false}}"#
        ),
        (.exportUserData(userID: user), #"{"ExportUserData":{"user_id":7}}"#),
        (
            .exportUserMessages(userID: user, after: MessageID(rawValue: 5), limit: 20),
            #"{"ExportUserMessages":{"user_id":7,"after":5,"limit":20}}"#
        ),
        (
            .userMessagePage(messages: [], next: MessageID(rawValue: 100_005)),
            #"{"UserMessagePage":{"messages":[],"next":100005}}"#
        ),
        (
            .userData(userData),
            #"{"UserData":{"user_id":7,"username":"ann","role":"member","created_at":1764192000000,"#
                + #""last_seen_at":1764192060000,"message_count":5,"voice_log_count":1,"rooms":[1],"#
                + #""devices":[{"name":"laptop","created_at":1764192000000,"last_used_at":1764192060000}],"#
                + #""bans":[{"room_id":1,"reason":"noise","expires_at":1764192060000}]}}"#
        ),
        (.deleteUserData(userID: user), #"{"DeleteUserData":{"user_id":7}}"#),
    ]
}
