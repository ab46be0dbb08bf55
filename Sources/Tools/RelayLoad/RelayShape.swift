/// How many people there are, who of them talks, and how often: what a round of the relay benchmark carries.
public struct RelayShape: Codable, Equatable, Sendable {
    public var name: String
    /// Of each room.
    public var people: Int
    public var talkers: Int
    public var rooms = 1
    public var frameMilliseconds = 20
    /// Whether rounds differ in how many talk: then the instants at which frames leave do not depend on it.
    var talkersVary = false

    /// The shapes of `Documentation/Performance.md`, in its order.
    ///
    /// 2,000 rooms of five would be 400,000 deliveries a second with frames of 20 ms, which no core carries: frames of 40 ms.
    public static let all = [
        RelayShape(name: "everyone", people: 50, talkers: 50), RelayShape(name: "lecture", people: 500, talkers: 5),
        RelayShape(name: "hall", people: 1_000, talkers: 3), RelayShape(name: "one", people: 50, talkers: 1),
        RelayShape(name: "rooms", people: 5, talkers: 1, rooms: 2_000, frameMilliseconds: 40),
    ]

    /// Frames that listeners are to get, a second.
    public var deliveriesPerSecond: Double {
        Double(rooms * talkers * (people - 1)) * 1_000 / Double(frameMilliseconds)
    }

    public var userCount: Int { rooms * people }

    /// One of ``all`` by its name, or `PEOPLE/TALKERS[xROOMS][@MILLISECONDS]`, people and talkers of each room; nil for
    /// anything else, and for what cannot be: 2…2,000 people, of whom 1…all talk, in 1…2,000 rooms, frames of 5…120 ms.
    public init?(_ text: String) {
        if let known = Self.all.first(where: { $0.name == text }) {
            self = known
            return
        }
        guard let match = text.wholeMatch(of: /([0-9]{1,4})\/([0-9]{1,4})(?:x([0-9]{1,4}))?(?:@([0-9]{1,3}))?/),
            let people = Int(match.1), let talkers = Int(match.2)
        else { return nil }
        let (rooms, milliseconds) = (match.3.flatMap { Int($0) } ?? 1, match.4.flatMap { Int($0) } ?? 20)
        guard (2...2_000).contains(people), (1...people).contains(talkers), (1...2_000).contains(rooms),
            (5...120).contains(milliseconds), people * rooms <= 16_000
        else { return nil }
        self.init(name: text, people: people, talkers: talkers, rooms: rooms, frameMilliseconds: milliseconds)
    }

    init(name: String, people: Int, talkers: Int, rooms: Int = 1, frameMilliseconds: Int = 20) {
        self.name = name
        self.people = people
        self.talkers = talkers
        self.rooms = rooms
        self.frameMilliseconds = frameMilliseconds
    }

    /// A hundred people, of whom as many talk as it takes to load a core so far.
    static let levels: RelayShape = {
        var shape = RelayShape(name: "levels", people: 100, talkers: 100)
        shape.talkersVary = true
        return shape
    }()
}
