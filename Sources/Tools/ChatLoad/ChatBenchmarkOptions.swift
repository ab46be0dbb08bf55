/// What `roomtone-load chat` does. The defaults are those of the documented figures.
public struct ChatBenchmarkOptions: Codable, Equatable, Sendable {
    /// Rooms whose delivery is measured, and members of each.
    public var roomCount = 20
    public var membersPerRoom = 10
    /// Over all rooms together.
    public var messagesPerSecond = 200
    /// Pairs of a talker and a listener. Each sends 50 frames a second: 10,000 in a phase, of which a hundred lie beyond
    /// the 99th percentile.
    public var talkerCount = 10
    public var phaseSeconds = 20
    /// Each is the three phases once: what drifts on the machine drifts for all of them.
    public var rounds = 3
    public var searcherCount = 8
    public var reloaderCount = 200
    /// From one client's joining and reloading to its next.
    public var reloadIntervalSeconds = 1
    /// Messages in the database.
    public var storedMessageCount = 1_000_000
    /// For each number of messages under way.
    public var throughputSeconds = 5
    /// Authors in each of 100 rooms.
    public var authorsPerRoom = 2
    public var idleUserCount = 1_000
    /// TLS for measured clients, too. Idle users and voice have it always.
    public var isEncrypted = false
    public var seed: UInt64 = 1

    public init() {}
}
