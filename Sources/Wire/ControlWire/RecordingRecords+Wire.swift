import JSONText

extension RecordingState.Answer: WireValue {}

extension RecordingState.Speaker: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        userID = try fields("user_id")
        username = try fields("username")
        voiceID = try fields("voice_id")
        answer = try fields("answer")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("voice_id", voiceID)
        writer.field("answer", answer)
    }
}

extension RecordingState: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields("room_id")
        isRecording = try fields("is_recording")
        recordingID = try fields.optional("recording_id")
        startedBy = try fields.optional("started_by")
        startedAt = try fields.optional("started_at")
        hasMix = try fields.optional("has_mix")
        speakers = try fields.records("speakers")
        end = try fields.optional("end")
        explanation = try fields.optional("explanation")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("is_recording", isRecording)
        writer.field("recording_id", recordingID)
        writer.field("started_by", startedBy)
        writer.field("started_at", startedAt)
        writer.field("has_mix", hasMix)
        writer.records("speakers", speakers)
        writer.field("end", end)
        writer.field("explanation", explanation)
    }
}

extension RecordingSummary.Track: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        number = try fields("number")
        userID = try fields("user_id")
        username = try fields("username")
        startSamples = try fields("start_samples")
        samples = try fields("samples")
        bytes = try fields("bytes")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("number", number)
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("start_samples", startSamples)
        writer.field("samples", samples)
        writer.field("bytes", bytes)
    }
}

extension RecordingSummary: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("id")
        roomID = try fields("room_id")
        room = try fields("room")
        startedBy = try fields("started_by")
        startedAt = try fields("started_at")
        endedAt = try fields.optional("ended_at")
        end = try fields.optional("end")
        tracks = try fields.records("tracks")
        mixBytes = try fields.optional("mix_bytes")
        mixState = try fields.optional("mix_state")
        mixFailure = try fields.optional("mix_failure")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("room_id", roomID)
        writer.field("room", room)
        writer.field("started_by", startedBy)
        writer.field("started_at", startedAt)
        writer.field("ended_at", endedAt)
        writer.field("end", end)
        writer.records("tracks", tracks)
        writer.field("mix_bytes", mixBytes)
        writer.field("mix_state", mixState)
        writer.field("mix_failure", mixFailure)
    }
}

extension RecordingChunk: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        recordingID = try fields("recording_id")
        track = try fields.optional("track")
        offset = try fields("offset")
        data = try fields("data")
        size = try fields("size")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("recording_id", recordingID)
        writer.field("track", track)
        writer.field("offset", offset)
        writer.field("data", data)
        writer.field("size", size)
    }
}

extension RecordQuery: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields.optional("room_id")
        userID = try fields.optional("user_id")
        before = try fields.optional("before")
        limit = try fields.optional("limit")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("user_id", userID)
        writer.field("before", before)
        writer.field("limit", limit)
    }
}

extension VoiceLogEntry: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        id = try fields("id")
        roomID = try fields("room_id")
        userID = try fields("user_id")
        username = try fields("username")
        joinedAt = try fields("joined_at")
        leftAt = try fields("left_at")
        reason = try fields("reason")
        frames = try fields("frames")
        lost = try fields("lost")
        late = try fields("late")
        jitter = try fields.optional("jitter")
        playoutDelay = try fields.optional("playout_delay")
        rating = try fields.optional("rating")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("room_id", roomID)
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("joined_at", joinedAt)
        writer.field("left_at", leftAt)
        writer.field("reason", reason)
        writer.field("frames", frames)
        writer.field("lost", lost)
        writer.field("late", late)
        writer.field("jitter", jitter)
        writer.field("playout_delay", playoutDelay)
        writer.field("rating", rating)
    }
}

extension UserDataRecord.Device: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        name = try fields("name")
        createdAt = try fields("created_at")
        lastUsedAt = try fields("last_used_at")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("name", name)
        writer.field("created_at", createdAt)
        writer.field("last_used_at", lastUsedAt)
    }
}

extension UserDataRecord.Ban: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        roomID = try fields.optional("room_id")
        reason = try fields("reason")
        expiresAt = try fields.optional("expires_at")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("room_id", roomID)
        writer.field("reason", reason)
        writer.field("expires_at", expiresAt)
    }
}

extension UserDataRecord: WireRecord {
    init(from fields: Fields) throws(FieldFailure) {
        userID = try fields("user_id")
        username = try fields("username")
        role = try fields("role")
        createdAt = try fields("created_at")
        lastSeenAt = try fields("last_seen_at")
        messageCount = try fields("message_count")
        voiceLogCount = try fields("voice_log_count")
        rooms = try fields("rooms")
        devices = try fields.records("devices")
        bans = try fields.records("bans")
    }

    func writeFields(to writer: inout JSONWriter) {
        writer.field("user_id", userID)
        writer.field("username", username)
        writer.field("role", role)
        writer.field("created_at", createdAt)
        writer.field("last_seen_at", lastSeenAt)
        writer.field("message_count", messageCount)
        writer.field("voice_log_count", voiceLogCount)
        writer.field("rooms", rooms)
        writer.records("devices", devices)
        writer.records("bans", bans)
    }
}
