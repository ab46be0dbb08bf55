/// How long a frame waits for others that go to the same listeners: the policy, without state.
///
/// With a few talkers their frames seldom meet, whatever one waits: nobody waits then. From the fourth talker on a window opens, half
/// a millisecond for each. A thread that is more than half busy opens it for rooms with fewer talkers, too. Frames that
/// are read together go together without any waiting.
struct BundleWindow: BitwiseCopyable {
    /// Talkers of a room up to whom nobody waits while there is processor time to spare.
    static let talkersWithout = 3
    /// What each talker beyond those adds, in nanoseconds.
    static let nanosecondsPerTalker: UInt64 = 500_000
    /// Busy share, of 256, at which load begins to open the window, and at which it is open all the way.
    static let busyShareStart: UInt64 = 128
    static let busyShareFull: UInt64 = 230

    /// The longest window of all, in nanoseconds.
    let nanosecondsMax: UInt64

    /// The window of a room with this many talkers on a thread that is this busy.
    func nanoseconds(talkerCount: Int, busyShare: UInt64) -> UInt64 {
        guard talkerCount > 1 else { return 0 }
        let byTalkers = UInt64(max(0, talkerCount - Self.talkersWithout)) &* Self.nanosecondsPerTalker
        let share = min(max(busyShare, Self.busyShareStart), Self.busyShareFull) &- Self.busyShareStart
        let byLoad = nanosecondsMax &* share / (Self.busyShareFull &- Self.busyShareStart)
        return min(nanosecondsMax, max(byTalkers, byLoad))
    }
}
