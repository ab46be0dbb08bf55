import Identifiers
import JSONText
import VoiceWire

extension RecordingManifest {
    static let format: UInt64 = 1
    /// Bytes of a manifest that is read: ten times what its limits allow.
    static let bytesMax = 64 << 20

    /// The manifest as a JSON text with a line's end.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.field("format", Self.format)
        writer.field("recording_id", id.rawValue)
        writer.field("room_id", room.rawValue)
        writer.field("room", roomName)
        writer.field("started_by_id", startedBy.rawValue)
        writer.field("started_by", startedByName)
        writer.field("started_at", startedAt)
        if let endedAt { writer.field("ended_at", endedAt) }
        writer.field("state", end == nil ? "recording" : end == .interrupted ? "interrupted" : "finished")
        if let end { writer.field("end", end.rawValue) }
        writer.field("samples_per_second", UInt64(VoiceWireLimits.samplesPerSecond))
        writer.name("speakers")
        writer.beginArray()
        for track in tracks { track.write(to: &writer) }
        writer.endArray()
        if let mix {
            writer.name("mix")
            mix.write(to: &writer)
        }
        writer.name("consent")
        writer.beginArray()
        for event in consent { event.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// Reads what ``json`` wrote; nil for anything else.
    public init?(json: [UInt8]) {
        guard let root = try? JSONDocument(json, nestingMax: 8).root, root["format"]?.unsigned == Self.format,
            let id = root["recording_id"]?.unsigned, let room = root["room_id"]?.unsigned,
            let starter = root["started_by_id"]?.unsigned, let startedAt = root["started_at"]?.signed,
            let speakers = root["speakers"], let events = root["consent"]
        else { return nil }
        self.init(
            id: RecordingID(rawValue: id), room: RoomID(rawValue: room), roomName: root["room"]?.string ?? "",
            startedBy: UserID(rawValue: starter), startedByName: root["started_by"]?.string ?? "",
            startedAt: startedAt)
        endedAt = root["ended_at"]?.signed
        end = root["end"]?.string.flatMap(RecordingEnd.init)
        tracks = speakers.elements.compactMap(Track.init)
        mix = root["mix"].flatMap(Mix.init)
        consent = events.elements.compactMap(ConsentEvent.init)
    }
}

extension RecordingManifest.Track {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("number", UInt64(number))
        if isDeleted {
            writer.name("is_deleted")
            writer.boolean(true)
        } else {
            writer.field("file", fileName)
            writer.field("user_id", user.rawValue)
            writer.field("name", name)
            writer.field("start_ns", startNanoseconds)
            writer.field("start_samples", startSamples)
            writer.field("samples", sampleCount)
            writer.field("bytes", byteCount)
            writer.field("frames", frames)
            writer.field("filled_in", filledIn)
            writer.field("lost", lost)
            writer.field("silent_samples", silentSamples)
        }
        writer.endObject()
    }

    fileprivate init?(_ value: JSONValue) {
        guard let number = value["number"]?.unsigned.flatMap({ Int(exactly: $0) }) else { return nil }
        self.init(
            number: number, user: UserID(rawValue: value["user_id"]?.unsigned ?? 0), name: value["name"]?.string ?? "")
        startNanoseconds = value["start_ns"]?.unsigned ?? 0
        sampleCount = value["samples"]?.unsigned ?? 0
        byteCount = value["bytes"]?.unsigned ?? 0
        frames = value["frames"]?.unsigned ?? 0
        filledIn = value["filled_in"]?.unsigned ?? 0
        lost = value["lost"]?.unsigned ?? 0
        silentSamples = value["silent_samples"]?.unsigned ?? 0
        isDeleted = value["is_deleted"]?.boolean ?? false
    }
}

extension RecordingManifest.Mix {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .wanted: writer.field("state", "wanted")
        case .made(let sampleCount, let byteCount):
            writer.field("state", "made")
            writer.field("file", RecordingFolder.mixName)
            writer.field("samples", sampleCount)
            writer.field("bytes", byteCount)
        case .failed(let reason, let attempts):
            writer.field("state", "failed")
            writer.field("reason", reason)
            writer.field("attempts", UInt64(attempts))
        }
        writer.endObject()
    }

    fileprivate init?(_ value: JSONValue) {
        switch value["state"]?.string {
        case "wanted": self = .wanted
        case "made":
            self = .made(
                sampleCount: value["samples"]?.unsigned ?? 0, byteCount: value["bytes"]?.unsigned ?? 0)
        case "failed":
            self = .failed(
                reason: value["reason"]?.string ?? "",
                attempts: value["attempts"]?.unsigned.flatMap { Int(exactly: $0) } ?? 1)
        default: return nil
        }
    }
}

extension ConsentEvent {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("at", at)
        writer.field("event", kind.rawValue)
        writer.field("user_id", user.rawValue)
        writer.field("name", name)
        writer.field("voice_id", UInt64(voice.rawValue))
        writer.endObject()
    }

    fileprivate init?(_ value: JSONValue) {
        guard let at = value["at"]?.signed, let kind = value["event"]?.string.flatMap(Kind.init),
            let user = value["user_id"]?.unsigned,
            let voice = value["voice_id"]?.unsigned.flatMap(UInt16.init(exactly:))
        else { return nil }
        self.init(
            kind: kind, voice: VoiceID(rawValue: voice), user: UserID(rawValue: user),
            name: value["name"]?.string ?? "", at: at)
    }
}

extension JSONWriter {
    fileprivate mutating func field(_ name: StaticString, _ value: UInt64) {
        self.name(name)
        integer(value)
    }

    fileprivate mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(value)
    }

    fileprivate mutating func field(_ name: StaticString, _ value: String) {
        self.name(name)
        string(value)
    }
}
