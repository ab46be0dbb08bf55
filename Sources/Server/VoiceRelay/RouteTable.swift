import VoiceWire

/// A room's routing table as the relay thread reads it: an immutable run of entries in raw memory.
///
/// The room's side allocates and fills it; the relay thread takes it over, reads it for every frame, and
/// frees it when the next one arrives. A handle: trivially copyable, no reference counts.
@safe struct RouteTable: @unchecked Sendable, BitwiseCopyable {
    // Unchecked: handed from one thread to another through a ring; only one of them holds it.
    let entries: UnsafeMutablePointer<Entry>?
    let count: UInt32
    /// How many talkers are heard at once; 0 is all.
    let loudestTalkersMax: UInt16
    /// Whether anybody hears the room's mix, so that the mixer needs its frames.
    let isMixed: Bool

    struct Entry: BitwiseCopyable {
        let voice: UInt16
        let maySpeak: Bool
        /// Hears forwarded frames.
        let mayHear: Bool
        let isPrioritySpeaker: Bool
        /// Hears the mixer's frames instead.
        let hearsMix: Bool
        let isRecorded: Bool
    }

    static let empty = unsafe RouteTable(entries: nil, count: 0, loudestTalkersMax: 0, isMixed: false)

    static func allocate(_ routes: [VoiceRoute], loudestTalkersMax: Int) -> RouteTable {
        guard !routes.isEmpty else { return empty }
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: routes.count)
        for (index, route) in routes.enumerated() {
            let entry = Entry(
                voice: route.voice.rawValue, maySpeak: route.maySpeak, mayHear: route.mayHear && !route.isMixed,
                isPrioritySpeaker: route.isPrioritySpeaker, hearsMix: route.mayHear && route.isMixed,
                isRecorded: route.isRecorded)
            unsafe (entries + index).initialize(to: entry)
        }
        return unsafe RouteTable(
            entries: entries, count: UInt32(routes.count),
            loudestTalkersMax: UInt16(min(max(0, loudestTalkersMax), LoudestTalkers.placesMax)),
            isMixed: routes.contains { $0.mayHear && $0.isMixed })
    }

    func deallocate() { unsafe entries?.deallocate() }
}
