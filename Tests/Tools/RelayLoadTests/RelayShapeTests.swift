import Testing

@testable import RelayLoad

@Suite("Shapes of load")
struct RelayShapeTests {
    @Test(
        "are read as they are written",
        arguments: [
            ("everyone", RelayShape(name: "everyone", people: 50, talkers: 50)),
            ("rooms", RelayShape(name: "rooms", people: 5, talkers: 1, rooms: 2_000, frameMilliseconds: 40)),
            ("200/5", RelayShape(name: "200/5", people: 200, talkers: 5)),
            ("5/1x100", RelayShape(name: "5/1x100", people: 5, talkers: 1, rooms: 100)),
            ("2/2@60", RelayShape(name: "2/2@60", people: 2, talkers: 2, frameMilliseconds: 60)),
            ("8/1x2000@5", RelayShape(name: "8/1x2000@5", people: 8, talkers: 1, rooms: 2_000, frameMilliseconds: 5)),
        ])
    func reading(text: String, shape: RelayShape) {
        #expect(RelayShape(text) == shape)
    }

    @Test(
        "that cannot be are refused",
        arguments: [
            "", "nobody", "1/1", "50", "50/51", "50/0", "2001/1", "5/1x0", "5/1x2001", "9/1x2000", "5/1@4", "5/1@121",
            "5/1 ",
            "-5/1", "5/1x2@20x",
        ])
    func refusing(text: String) {
        #expect(RelayShape(text) == nil)
    }

    @Test("carry what the issue's table says")
    func deliveries() {
        #expect(RelayShape.all.map { Int($0.deliveriesPerSecond) } == [122_500, 124_750, 149_850, 2_450, 200_000])
    }

    @Test("say how many must talk for a load: one at least, everybody at most")
    func levels() {
        let talkers = [0, 4_950, 7_424, 7_426, 247_500, 1e9].map {
            RelayShape.levels.talkers(forDeliveriesPerSecond: $0)
        }
        #expect(talkers == [1, 1, 1, 2, 50, 100])
    }

    @Test("have as many rooms as a process may open sockets for")
    func fitting() throws {
        let rooms = try #require(RelayShape("rooms"))
        #expect(rooms.fitting(descriptorsMax: 30_500, perUser: 3, reserve: 500).rooms == 2_000)
        #expect(rooms.fitting(descriptorsMax: 30_499, perUser: 3, reserve: 500).rooms == 1_999)
        #expect(rooms.fitting(descriptorsMax: 10, perUser: 3, reserve: 500).rooms == 1)
    }
}
