import ControlServer
import Credentials
import Logging
import MessageSearch
import Operations
import Permissions
import Rooms
import VoiceMixer
import VoiceRelay

/// Every key of the configuration, in the order of `Configuration/roomtoned.yaml`.
enum DaemonSettings {
    static let all: [Setting] =
        general + control + certificate + voice + mixing + accounts + sessions + rooms + text + search
        + recordings + cache + operations

    private static let general: [Setting] = [
        .text("data_directory", \.dataDirectory, "a directory; empty for the user's data directory"),
        .choice("log_level", \.logLevel),
        .logLevels("log_levels", \.logLevels),
        .choice("log_format", \.logFormat),
        .seconds("drain_seconds", \.drainTime, 0...3_600),
    ]

    private static let control: [Setting] = [
        .address("control.host", \.control.host),
        .integer("control.port", \.control.port, 0...65_535),
        .boolean("control.allow_plaintext", \.control.allowsPlaintext),
        .integer("control.connections_max", \.control.connectionsMax, 1...65_000, "connections"),
        .integer(
            "control.connections_per_address_max", \.control.connectionsPerAddressMax, 1...65_000, "connections"),
        .integer(
            "control.unauthenticated_per_address_max", \.control.unauthenticatedPerAddressMax, 1...65_000,
            "connections"),
        .seconds("control.authentication_seconds", \.control.authenticationTimeout, 1...600),
        .integer("control.offences_max", \.control.offencesMax, 1...1_000, "offences"),
        .seconds("control.offence_forgiven_seconds", \.control.offenceInterval, 1...3_600),
        .integer("control.message_burst", \.control.messageRate.burst, 1...10_000, "messages"),
        .integer(
            "control.message_interval_milliseconds", \.control.messageRate.interval.inMilliseconds, 1...60_000,
            "milliseconds"),
        .integer("control.voice_tunnels_max", \.control.tunnelsMax, 0...65_000, "connections"),
        .integer("control.outbox_bytes_max", \.control.outboxBytesMax, 131_072...67_108_864, "bytes"),
        .seconds("control.ping_after_seconds", \.control.pingAfter, 1...3_600),
        .seconds("control.idle_seconds", \.control.idleTimeout, 2...7_200),
    ]

    private static let certificate: [Setting] = [
        .text("tls.certificate_file", \.certificate.certificateFile, "a PEM file; empty to make one"),
        .text("tls.key_file", \.certificate.keyFile, "a PEM file; empty to make one"),
        .list("tls.names", \.certificate.names, "DNS names with commas between"),
    ]

    private static let voice: [Setting] = [
        .address("voice.host", \.voice.host),
        .integer("voice.port", \.voice.port, 0...65_535),
        .integer("voice.threads", \.voiceThreads, 0...64, "threads"),
        .integer("voice.sessions_max", \.voice.sessionsMax, 1...65_000, "sessions"),
        .boolean("voice.allow_unsealed", \.voice.allowsUnsealed),
        .seconds("voice.token_seconds", \.voice.tokenLifetime, 1...60),
        .seconds("voice.keepalive_seconds", \.voice.keepalive, 1...60),
        .seconds("voice.timeout_seconds", \.voice.sessionTimeout, 2...600),
        .integer(
            "voice.datagrams_per_second_max", \.voice.datagramsPerSecondMax, 50...10_000, "datagrams a second"),
        .integer("voice.bytes_per_second_max", \.voice.bytesPerSecondMax, 4_000...10_000_000, "bytes a second"),
        .integer(
            "voice.bytes_per_second_per_room_max", \.voice.bytesPerSecondPerRoomMax, 4_000...1_000_000_000,
            "bytes a second"),
        .integer("voice.loudest_talkers", \.voice.loudestTalkersMax, 0...LoudestTalkers.placesMax, "talkers"),
        .integer(
            "voice.bundle_window_milliseconds", \.voice.bundleWindowMax.inMilliseconds, 0...20, "milliseconds"),
    ]

    private static let mixing: [Setting] = [
        .integer("mixing.threads", \.mixing.threadCount, 0...VoiceMixerConfiguration.threadsMax, "threads"),
        .integer("mixing.speakers_max", \.mixing.speakersMax, VoiceMixerConfiguration.speakersRange, "speakers"),
        .integer(
            "mixing.bitrate", \.mixing.bitsPerSecond, VoiceMixerConfiguration.bitsPerSecondRange, "bits a second"),
        .integer(
            "mixing.thin_bitrate", \.mixing.thinBitsPerSecond, VoiceMixerConfiguration.thinBitsPerSecondRange,
            "bits a second"),
        .integer("mixing.complexity", \.mixing.complexity, VoiceMixerConfiguration.complexityRange),
        .integer(
            "mixing.ducking_decibels", \.mixing.duckingDecibels, VoiceMixerConfiguration.duckingDecibelsRange,
            "decibels"),
        .integer("mixing.seats_max", \.mixing.seatsMax, VoiceMixerConfiguration.seatsRange, "seats"),
    ]

    private static let accounts: [Setting] = [
        .integer("accounts.max", \.rooms.accountsMax, 1...10_000_000, "accounts"),
        .integer("accounts.connections_max", \.rooms.connectionsPerAccountMax, 1...1_000, "connections"),
        .integer("accounts.password_characters_min", \.rooms.passwordCharactersMin, 1...64, "characters"),
        .integer("accounts.failed_logins_burst", \.attempts.perAccount.burst, 1...1_000, "logins"),
        .seconds("accounts.failed_logins_interval_seconds", \.attempts.perAccount.interval, 1...3_600),
        .integer(
            "accounts.failed_logins_per_account_and_address_burst", \.attempts.perAccountAndAddress.burst, 1...1_000,
            "logins"),
        .seconds(
            "accounts.failed_logins_per_account_and_address_interval_seconds",
            \.attempts.perAccountAndAddress.interval, 1...3_600),
        .integer("accounts.failed_logins_per_address_burst", \.attempts.perAddress.burst, 1...10_000, "logins"),
        .seconds("accounts.failed_logins_per_address_interval_seconds", \.attempts.perAddress.interval, 1...3_600),
        .integer(
            "accounts.registrations_per_address_burst", \.attempts.registrationsPerAddress.burst, 1...100_000,
            "accounts"),
        .seconds(
            "accounts.registrations_per_address_interval_seconds", \.attempts.registrationsPerAddress.interval,
            1...3_600),
        .integer("accounts.hash_memory_bytes", \.hashing.cost.memoryBytes, 8_192...1_073_741_824, "bytes"),
        .integer("accounts.hash_passes", \.hashing.cost.passes, 1...20, "passes"),
        .integer("accounts.hashes_at_once_max", \.hashing.hashesAtOnceMax, 1...64, "hashes"),
        .integer("accounts.hashes_waiting_max", \.hashing.waitingMax, 1...10_000, "hashes"),
        .integer("accounts.hashes_per_address_max", \.rooms.hashesPerAddressMax, 1...10_000, "hashes"),
        .choice("accounts.role_default", \.rooms.roleDefault, [.member, .guest]),
        .integer(
            "accounts.failed_ownership_claims_burst", \.attempts.ownershipClaimsPerAddress.burst, 1...1_000, "tokens"),
        .seconds(
            "accounts.failed_ownership_claims_interval_seconds", \.attempts.ownershipClaimsPerAddress.interval,
            1...3_600),
    ]

    private static let sessions: [Setting] = [
        .integer("sessions.days_max", \.rooms.sessionDaysMax, 1...3_650, "days"),
        .integer("sessions.failed_resumes_burst", \.attempts.resumesPerAddress.burst, 1...10_000, "tokens"),
        .seconds("sessions.failed_resumes_interval_seconds", \.attempts.resumesPerAddress.interval, 1...3_600),
    ]

    private static let rooms: [Setting] = [
        .integer("rooms.max", \.rooms.roomsMax, 1...65_000, "rooms"),
        .integer("rooms.made_per_user_burst", \.attempts.roomsPerUser.burst, 1...65_000, "rooms"),
        .seconds("rooms.made_per_user_interval_seconds", \.attempts.roomsPerUser.interval, 1...3_600),
        .integer("rooms.members_max", \.rooms.membersPerRoomMax, 2...65_000, "connections"),
        .integer("rooms.voice_members_max", \.rooms.voiceMembersPerRoomMax, 2...65_000, "voice sessions"),
        .integer("rooms.joined_max", \.rooms.roomsPerConnectionMax, 1...1_000, "rooms"),
        .integer("rooms.failed_passwords_burst", \.attempts.perRoom.burst, 1...1_000, "passwords"),
        .seconds("rooms.failed_passwords_interval_seconds", \.attempts.perRoom.interval, 1...3_600),
        .integer(
            "rooms.failed_invitations_burst", \.attempts.invitationsPerAddress.burst, 1...10_000, "invitations"),
        .seconds(
            "rooms.failed_invitations_interval_seconds", \.attempts.invitationsPerAddress.interval, 1...3_600),
    ]

    private static let text: [Setting] = [
        .integer("text.history_cached_max", \.text.historyCachedMax, 0...5_000, "messages"),
        .integer("text.history_cached_bytes_max", \.text.historyCachedBytesMax, 0...67_108_864, "bytes"),
        .integer("text.mentions_max", \.text.mentionsPerMessageMax, 0...100, "people"),
        .integer("text.messages_per_user_burst", \.text.messagesPerUser.burst, 1...1_000_000, "messages"),
        .integer(
            "text.messages_per_user_per_second", \.text.messagesPerUser.perSecond, 1...1_000_000, "messages a second"),
        .integer("text.messages_per_address_burst", \.text.messagesPerAddress.burst, 1...1_000_000, "messages"),
        .integer(
            "text.messages_per_address_per_second", \.text.messagesPerAddress.perSecond, 1...1_000_000,
            "messages a second"),
        .integer("text.searches_per_user_burst", \.text.searchesPerUser.burst, 1...1_000_000, "searches"),
        .integer(
            "text.searches_per_user_per_second", \.text.searchesPerUser.perSecond, 1...1_000_000, "searches a second"),
        .integer("text.typing_per_user_burst", \.text.typingPerUser.burst, 1...1_000, "notices"),
        .integer("text.typing_per_user_per_second", \.text.typingPerUser.perSecond, 1...1_000, "notices a second"),
        .seconds("text.retention_interval_seconds", \.text.retentionInterval, 1...86_400),
    ]

    private static let search: [Setting] = [
        .integer("search.threads", \.search.threadCount, 0...64, "threads"),
        .integer("search.processor_percent_max", \.search.processorPercentMax, 1...100, "percent"),
        .integer("search.time_limit_ms", \.search.timeLimitMilliseconds, 10...60_000, "milliseconds"),
        .integer("search.waiting_max", \.search.waitingMax, 1...10_000, "searches"),
    ]

    private static let operations: [Setting] = [
        .boolean("operations.enabled", \.operations.isEnabled),
        .address("operations.host", \.operations.host),
        .integer("operations.port", \.operations.port, 0...65_535),
        .text("operations.token_file", \.operations.tokenFile, "a file of mode 0600; empty for no administration"),
        .integer("operations.rooms_max", \.operations.roomsMax, 0...65_000, "rooms"),
        .integer("operations.connections_max", \.operations.connectionsMax, 1...10_000, "connections"),
    ]
}

extension Duration {
    var inMilliseconds: Int {
        get { Int(clamping: wholeMilliseconds) }
        set { self = .milliseconds(newValue) }
    }

    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

extension RateLimit {
    fileprivate var perSecond: Int {
        get { Int((1_000_000_000 / Double(max(1, interval.nanoseconds))).rounded()) }
        set { interval = .nanoseconds(1_000_000_000 / newValue) }
    }
}
