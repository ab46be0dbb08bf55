/// What the log says of a cache: each condition once when it begins, and once when Redis has everything again, however often
/// they come in turns meanwhile. Pure.
struct CacheReporter {
    enum Line: Equatable {
        case warning(String)
        case notice(String)
    }

    private enum Subject: Hashable {
        case refused, away, contested
    }

    private var before = VoiceStateCacheFigures()
    private var said: Set<Subject> = []

    mutating func lines(_ now: VoiceStateCacheFigures) -> [Line] {
        defer { before = now }
        var lines: [Line] = []
        if now.overflows > before.overflows {
            lines.append(.warning("more of the voice state waited for Redis than may; all of it is written again"))
        }
        switch now.condition {
        case .inMemory, .filling: break
        case .current:
            guard before.condition != .current else { break }
            said = []
            lines.append(.notice("Redis has the state of voice"))
        case .refused: lines += warning(.refused, now, "voice and text go on without it")
        case .away: lines += warning(.away, now, "voice and text go on without it")
        case .contested:
            lines += warning(.contested, now, "Redis has the other's state of voice until that server is gone")
        }
        return lines
    }

    private mutating func warning(
        _ subject: Subject, _ now: VoiceStateCacheFigures, _ consequence: String
    ) -> [Line] {
        guard let complaint = now.condition.complaint, said.insert(subject).inserted else { return [] }
        return [.warning("\(complaint); \(consequence)")]
    }
}
