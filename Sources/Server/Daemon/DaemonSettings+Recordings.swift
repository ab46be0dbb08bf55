import Recordings

extension DaemonSettings {
    static let recordings: [Setting] = [
        .integer("recordings.max", \.recordings.recordingsMax, 0...1_000, "recordings"),
        .seconds("recordings.seconds_max", \.recordings.duration, 1...604_800),
        .integer(
            "recordings.bytes_per_recording_max", \.recordings.bytesPerRecordingMax, 65_536...1_099_511_627_776,
            "bytes"),
        .integer("recordings.bytes_max", \.recordings.bytesMax, 65_536...1_125_899_906_842_624, "bytes"),
        .integer("recordings.kept_max", \.recordings.keptMax, 1...1_000_000, "recordings"),
        .integer("recordings.free_bytes_min", \.recordings.freeBytesMin, 0...1_125_899_906_842_624, "bytes"),
        .integer("recordings.retention_days", \.recordings.retentionDaysDefault, 0...3_650, "days"),
        .seconds("recordings.retention_interval_seconds", \.voiceRetentionInterval, 1...86_400),
        .integer("voice_log.days", \.voiceLogDays, 0...3_650, "days"),
    ]
}
