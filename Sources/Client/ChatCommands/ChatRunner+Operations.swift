import ControlWire
import Identifiers
import RoomClient
public import TerminalSupport

/// What those look at who run the server.
extension ChatRunner {
    /// Who is in voice, and how it reaches them: once, or again and again until the task is cancelled.
    /// - Parameter seconds: between two looks, ``topSecondsRange``; nil for one look.
    public func top(room text: String?, every seconds: Double?) async throws(CommandFailure) {
        if let seconds, !Self.topSecondsRange.contains(seconds) {
            throw CommandFailure(.usage, "--every \(seconds): give 0.5 to 3600 seconds.")
        }
        try await inSession { (session) async throws(CommandFailure) in
            var room: RoomID?
            if let text {
                room = try await ask(session) { (client) async throws(RoomClientError) in
                    try await NameFinder(client: client).room(text)
                }
            }
            let place = room
            while true {
                let rows = try await ask(session) { (client) async throws(RoomClientError) in
                    try await client.voiceSessions(in: place)
                }
                let sorted = rows.sorted(by: VoiceTop.isBefore)
                if seconds != nil, !options.isJSON, console.isTerminal {
                    let size = console.size()
                    let screen = VoiceTop.screen(of: sorted, columns: size.columns, height: size.rows)
                    // Home, and clear from there: on a terminal the table stays in its place.
                    try console.print("\u{1B}[H\u{1B}[J" + screen.joined(separator: "\n"))
                    if sorted.isEmpty { note(Self.nobodyInVoice) }
                } else {
                    try show(
                        sorted, as: { .voicePage(sessions: [$0], next: nil) }, list: "sessions",
                        header: VoiceTop.header, empty: Self.nobodyInVoice, cells: VoiceTop.cells)
                }
                guard let seconds else { return }
                do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
            }
        }
    }

    /// Devices that stay logged in, everybody's.
    public func listDeviceSessions(after id: UInt64?, limit: Int?) async throws(CommandFailure) {
        let (sessions, next) = try await ask { (client) async throws(RoomClientError) in
            try await client.deviceSessions(after: id, limit: limit)
        }
        try show(
            sessions, as: { .sessionPage(sessions: [$0], next: nil) }, list: "sessions",
            header: ["SESSION", "WHO", "DEVICE", "SINCE", "LAST USED", "ONLINE"], empty: "no device is logged in.",
            cells: {
                [
                    "\($0.id)", $0.username, $0.device, message.time.text($0.createdAt),
                    message.time.text($0.lastUsedAt), $0.isOnline ? "yes" : "no",
                ]
            })
        if let next { note("there are more: --after \(next)") }
    }

    /// Logs a device out, whoever's.
    public func revokeSession(_ id: UInt64) async throws(CommandFailure) {
        try await ask { (client) async throws(RoomClientError) in try await client.revokeSession(id) }
        try showDone("Session \(id) has ended")
    }

    /// Every room with how its voice is doing.
    public func listRoomVoice() async throws(CommandFailure) {
        let (rooms, voices) = try await ask { (client) async throws(RoomClientError) in
            (try await NameFinder(client: client).rooms(), try await client.voiceSessions())
        }
        let voicesOf = Dictionary(grouping: voices, by: \.roomID)
        try show(
            rooms, as: { .roomPage(rooms: [$0], next: nil) }, list: "rooms",
            header: ["ID", "NAME", "KIND", "PRESENT", "VOICE", "SPEAKING", "KBIT/S", "LOSS", "DELAY", "MOS"],
            empty: "there is no room.",
            cells: { room in
                let voices = voicesOf[room.id] ?? []
                return [
                    "\(room.id)", room.name, room.kind.rawValue, "\(room.presentCount)", "\(voices.count)",
                    "\(voices.count(where: \.isSpeaking))", "\(voices.reduce(0) { $0 + $1.bitsPerSecond } / 1_000)",
                    VoiceTop.percent(VoiceTop.mean(voices.compactMap(\.packetLoss))),
                    VoiceTop.milliseconds(VoiceTop.mean(voices.compactMap { $0.latency.map { Float($0) } })),
                    VoiceTop.score(VoiceTop.mean(voices.compactMap(\.quality))),
                ]
            })
    }

    /// The server's settings; with a beginning only those whose keys begin so.
    public func listLimits(_ beginning: String?) async throws(CommandFailure) {
        let limits = try await ask { (client) async throws(RoomClientError) in try await client.limits() }
        let shown = limits.filter { $0.key.hasPrefix(beginning ?? "") }
        try show(
            shown, as: { .limitList(limits: [$0]) }, list: "limits", header: ["KEY", "VALUE", "ALLOWED", "CHANGEABLE"],
            empty: "there is no such setting.",
            cells: { [$0.key, $0.value, $0.allowed, $0.isChangeable ? "now" : "at the next start"] })
    }

    public func setLimit(_ key: String, to value: String) async throws(CommandFailure) {
        let limit = try await ask { (client) async throws(RoomClientError) in
            try await client.setLimit(key, to: value)
        }
        try show(
            .limitList(limits: [limit]), ["\(TerminalText.line(limit.key)) is \(TerminalText.line(limit.value)) now"])
    }

    static let topSecondsRange = 0.5...3_600
    private static let nobodyInVoice = "nobody is in voice."
}

/// The table of `admin top`: pure.
enum VoiceTop {
    static let header = [
        "ROOM", "WHO", "VIA", "KBIT/S", "LOSS", "JITTER", "DELAY", "MOS", "HEARD LOSS", "STATE",
    ]

    static func cells(_ row: VoiceSessionRecord) -> [String] {
        [
            row.roomName, row.username, row.transport.rawValue + (row.cipher == "none" ? ", open" : ""),
            "\((row.bitsPerSecond + 500) / 1_000)", percent(row.packetLoss),
            milliseconds(row.jitter.map { Float($0) }), milliseconds(row.latency.map { Float($0) }), score(row.quality),
            percent(row.talkerLoss), state(of: row),
        ]
    }

    /// Lines for a terminal of that size, which keeps a row for the cursor: nothing scrolls away, and no line takes two rows. Of
    /// rows that have no room, how many they are.
    static func screen(of rows: [VoiceSessionRecord], columns: Int, height: Int) -> [String] {
        var table = TextTable.lines(header, rows.map(cells))
        let tableRows = max(2, height - 2)
        if table.count > tableRows {
            table.removeSubrange((tableRows - 1)...)
            // The header is no row.
            table.append("… \(rows.count - (tableRows - 2)) more")
        }
        return ([summary(of: rows)] + table).map { TerminalText.truncated($0, columns: columns) }
    }

    static func summary(of rows: [VoiceSessionRecord]) -> String {
        let speakers = rows.count(where: \.isSpeaking)
        let rate = rows.reduce(0) { $0 + $1.bitsPerSecond } / 1_000
        return
            "\(rows.count) in voice, \(speakers) speak, \(rate) kbit/s, mean loss \(percent(mean(rows.compactMap(\.packetLoss)))), "
            + "mean MOS \(score(mean(rows.compactMap(\.quality))))"
    }

    /// By room, then who hears worst first.
    static func isBefore(_ one: VoiceSessionRecord, _ other: VoiceSessionRecord) -> Bool {
        (one.roomName, one.quality ?? 5, one.username) < (other.roomName, other.quality ?? 5, other.username)
    }

    static func mean(_ values: [Float]) -> Float? {
        values.isEmpty ? nil : values.reduce(0, +) / Float(values.count)
    }

    static func percent(_ share: Float?) -> String { share.map { decimal($0 * 100) + " %" } ?? "-" }

    static func milliseconds(_ time: Float?) -> String { time.map { "\(Int($0.rounded())) ms" } ?? "-" }

    static func score(_ quality: Float?) -> String { quality.map(decimal) ?? "-" }

    /// With one digit behind the point.
    private static func decimal(_ value: Float) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func state(of row: VoiceSessionRecord) -> String {
        let words = [row.isSpeaking ? "speaks" : nil, row.isMuted ? "muted" : nil, row.isDeafened ? "deaf" : nil]
        let shown = words.compactMap { $0 }
        return shown.isEmpty ? "-" : shown.joined(separator: ", ")
    }
}
