import VoiceWire

/// A room's routing table as the relay thread reads it: an immutable run of entries in raw memory.
///
/// The room's side allocates and fills it; the relay thread takes it over, reads it for every frame, and
/// frees it when the next one arrives. A handle: trivially copyable, no reference counts.
@safe struct RouteTable: @unchecked Sendable, BitwiseCopyable {
    // Unchecked: handed from one thread to another through a ring; only one of them holds it.
    let entries: UnsafeMutablePointer<Entry>?
    let count: Int

    struct Entry: BitwiseCopyable {
        let voice: UInt16
        let maySpeak: Bool
        let mayHear: Bool
    }

    static let empty = unsafe RouteTable(entries: nil, count: 0)

    static func allocate(_ routes: [VoiceRoute]) -> RouteTable {
        guard !routes.isEmpty else { return empty }
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: routes.count)
        for (index, route) in routes.enumerated() {
            let entry = Entry(voice: route.voice.rawValue, maySpeak: route.maySpeak, mayHear: route.mayHear)
            unsafe (entries + index).initialize(to: entry)
        }
        return unsafe RouteTable(entries: entries, count: routes.count)
    }

    func deallocate() { unsafe entries?.deallocate() }
}
