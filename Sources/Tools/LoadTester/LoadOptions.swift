public import SyntheticSpeakers

/// What `roomtone-load` is asked to do. Pure.
public struct LoadOptions: Codable, Equatable, Sendable {
    /// Rooms that are filled.
    public var roomCount = 1
    /// People in each room, and how many of them speak.
    public var usersPerRoom = 10
    public var speakersPerRoom = 3
    public var pattern = TalkPattern.conversation
    /// How long the load is on, in seconds, after the ramp.
    public var durationSeconds = 30.0
    /// Users that come in each second of the ramp.
    public var rampPerSecond = 50.0
    public var speech = Speech.encodedSpeech
    /// Text messages a second over all rooms; 0 is none.
    public var chatPerSecond = 0
    /// Users that join and leave each second, in rooms of their own; 0 is none.
    public var churnPerSecond = 0
    /// How long the steady rooms are measured alone, before and after a churn, in seconds.
    public var baselineSeconds = 30.0
    /// What happens to voice on its way, in each direction.
    public var network = NetworkOptions()
    /// Later than this after its sending a frame is of no use to a listener.
    public var lateMilliseconds = 100.0
    /// A frame that leaves this long after its time left late: too many of them, and the tester was the bottleneck.
    public var deadlineMilliseconds = 2.0
    /// Whether listeners ask for frames of several talkers in one datagram, as clients do.
    public var takesBundles = true
    /// Threads that send and receive voice, each for its own rooms.
    public var threadCount = 1
    public var seed: UInt64 = 1

    /// What speakers say.
    public enum Speech: String, Codable, CaseIterable, Sendable {
        /// Opus packets of speech: recorded, or made by this program.
        case encodedSpeech = "encoded-speech"
        /// Opus packets of a tone: all of nearly the same length.
        case tone
    }

    public init() {}

    public var userCount: Int { roomCount * usersPerRoom }
    public var speakerCount: Int { roomCount * speakersPerRoom }
    var deadline: Duration { .nanoseconds(Int64(deadlineMilliseconds * 1e6)) }
}

/// A network that is worse than the one at hand, from a seed.
public struct NetworkOptions: Codable, Equatable, Sendable {
    /// Of datagrams, 0…1, in each direction.
    public var loss = 0.0
    /// Mean length of bursts of losses; 1 is random.
    public var lossBurst = 1.0
    /// Added to each datagram, in each direction, in milliseconds.
    public var delayMilliseconds = 0.0
    /// Mean of an exponentially distributed delay on top of it, in milliseconds.
    public var jitterMilliseconds = 0.0
    /// Of datagrams, 0…1, that later ones overtake.
    public var reorder = 0.0

    public init() {}

    /// Whether there is anything to be simulated.
    public var isPerfect: Bool { self == NetworkOptions() }

    /// The longest that a frame can be on its way through both directions, in milliseconds.
    var delayMaxMilliseconds: Double { 2 * (delayMilliseconds + 10 * jitterMilliseconds + (reorder > 0 ? 30 : 0)) }
}

/// Why options make no run, in one line that names the option.
public struct LoadOptionError: Error, Equatable, CustomStringConvertible, Sendable {
    public let description: String

    public init(description: String) { self.description = description }
}

extension LoadOptions {
    // What one process, and the fields of a datagram, can carry.
    public static let usersMax = 20_000
    public static let roomsMax = 10_000
    public static let usersPerRoomMax = 5_000

    /// Throws for the first option that is out of range.
    public func check() throws(LoadOptionError) {
        func require(_ holds: Bool, _ text: String) throws(LoadOptionError) {
            if !holds { throw LoadOptionError(description: text) }
        }
        try require((1...Self.roomsMax).contains(roomCount), "--rooms is 1…\(Self.roomsMax)")
        try require((1...Self.usersPerRoomMax).contains(usersPerRoom), "--users is 1…\(Self.usersPerRoomMax) a room")
        try require(
            (0...usersPerRoom).contains(speakersPerRoom),
            "--speakers is 0…\(usersPerRoom): of the \(usersPerRoom) users of a room")
        try require(userCount <= Self.usersMax, "--rooms times --users is \(Self.usersMax) at most, not \(userCount)")
        try require((1...86_400).contains(durationSeconds), "--duration is 1 s … 24 h")
        try require((0.1...10_000).contains(rampPerSecond), "--ramp is 0.1…10000 users a second")
        try require((0...10_000).contains(chatPerSecond), "--chat is 0…10000 messages a second")
        try require(
            chatPerSecond <= userCount * 4,
            "--chat is \(userCount * 4) at most for \(userCount) users: a server lets each write 5 a second")
        try require((0...1_000).contains(churnPerSecond), "--churn is 0…1000 a second")
        try require((1...3_600).contains(baselineSeconds), "--baseline is 1…3600 s")
        // Together they leave a frame 8 s to arrive; what was sent is remembered for 10.
        try require((1...2_000).contains(lateMilliseconds), "--late is 1…2000 ms")
        try require((0.1...10_000).contains(deadlineMilliseconds), "--deadline is 0.1…10000 ms")
        try require((1...64).contains(threadCount), "--threads is 1…64")
        try require(threadCount <= roomCount, "--threads is \(roomCount) at most: a room belongs to one thread")
        try network.check()
        try require(
            churnPerSecond == 0 || durationSeconds >= 5, "--duration is 5 s at least with --churn")
        try require(
            churnPerSecond == 0 || network.delayMaxMilliseconds <= 200,
            "--churn bears 200 ms of --delay and --jitter, both ways: who leaves hears on for a quarter of a second")
    }
}

extension NetworkOptions {
    func check() throws(LoadOptionError) {
        func require(_ holds: Bool, _ text: String) throws(LoadOptionError) {
            if !holds { throw LoadOptionError(description: text) }
        }
        try require((0...0.9).contains(loss), "--loss is 0…90%")
        try require((1...100).contains(lossBurst), "--loss-burst is 1…100 datagrams")
        try require(lossBurst == 1 || loss > 0, "--loss-burst needs --loss")
        try require((0...2_000).contains(delayMilliseconds), "--delay is 0…2000 ms")
        try require((0...100).contains(jitterMilliseconds), "--jitter is 0…100 ms")
        try require((0...1).contains(reorder), "--reorder is 0…100%")
    }
}
