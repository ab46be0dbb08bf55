import SyntheticSpeakers

/// Who sits where, and when they come: pure.
///
/// Steady users have the first numbers: user 0…R−1 are the first of each room, who make it, R…2R−1 the second of each,
/// and so on. The first of each room are its speakers. After them come those who join and leave.
struct LoadPlan: Equatable, Sendable {
    /// How long one of those who come and go stays in voice, from the welcome on, and what one visit takes at most.
    static let staySeconds = 1.0
    static let visitSeconds = 2.5
    /// Those who come and go at one time in one of their rooms, about.
    static let churnersPerRoom = 10

    let options: LoadOptions

    var steadyCount: Int { options.userCount }
    /// Each is back before it is their turn again.
    var churnerCount: Int { Int((Double(options.churnPerSecond) * Self.visitSeconds).rounded(.up)) }
    var churnRoomCount: Int {
        guard options.churnPerSecond > 0 else { return 0 }
        return max(1, Int(Double(options.churnPerSecond) * Self.staySeconds) / Self.churnersPerRoom)
    }
    /// Steady ones first.
    var roomCount: Int { options.roomCount + churnRoomCount }
    var personCount: Int { steadyCount + churnerCount }

    /// Index of the steady user's room.
    func room(ofUser number: Int) -> Int { number % options.roomCount }

    /// Which of its room's speakers a steady user is; nil for those who only listen.
    func speaker(ofUser number: Int) -> Int? {
        let place = number / options.roomCount
        return place < options.speakersPerRoom ? place : nil
    }

    /// The number of the user at a place of a room, 0..<usersPerRoom; the first places are its speakers'.
    func user(at place: Int, inRoom room: Int) -> Int { place * options.roomCount + room }

    /// Which voice thread a steady room belongs to.
    func thread(ofRoom room: Int) -> Int { room % options.threadCount }

    /// When a steady user comes, from the beginning of the ramp.
    func arrival(ofUser number: Int) -> Duration {
        .nanoseconds(Int64(Double(number) / options.rampPerSecond * 1e9))
    }

    /// When the visit with that number is due, and whose it is.
    func visit(_ number: Int) -> (due: Duration, person: Int, room: Int) {
        let churner = number % max(1, churnerCount)
        return (
            .nanoseconds(Int64(Double(number) / Double(max(1, options.churnPerSecond)) * 1e9)), steadyCount + churner,
            options.roomCount + number % max(1, churnRoomCount)
        )
    }

    /// Every fifth of those who come and go talks for as long as they stay.
    func talks(visitor person: Int) -> Bool { (person - steadyCount).isMultiple(of: 5) }

    /// A room's conversation has a seed of its own.
    func seed(ofRoom room: Int) -> UInt64 { options.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(room) }
}
