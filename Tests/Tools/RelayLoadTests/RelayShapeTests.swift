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
}
