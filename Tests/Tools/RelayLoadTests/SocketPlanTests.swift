import SyntheticSpeakers
import Testing
import VoiceSocket

@testable import RelayLoad

@Suite("How users fit into the sockets that there are")
struct SocketPlanTests {
    private let all = RelayContender.allCases
    private let separated: [[RelayContender]] = [
        [.floor, .roomtone], [.floor, .floorBundled, .roomtoneBundled],
    ]

    private func plan(_ descriptorsMax: Int, _ contenders: [RelayContender]? = nil) throws -> SocketPlan {
        let rooms = try #require(RelayShape("rooms"))
        return SocketPlan(rooms, contenders: contenders ?? all, descriptorsMax: descriptorsMax)
    }

    @Test("with plenty, all take turns together, everybody with a socket; with one less, one after the other")
    func passes() throws {
        let plenty = try plan(50_000)
        #expect(plenty.passes == [all] && plenty.usersPerSocket == 1)
        let less = try plan(49_999)
        #expect(less.passes == separated && less.usersPerSocket == 1)
        #expect(try plan(30_000) == less)
    }

    @Test("with fewer, users of different rooms share sockets; the rooms are all there as long as that does")
    func sharing() throws {
        #expect(try plan(29_999).usersPerSocket == 2)
        #expect(try plan(20_000).usersPerSocket == 2)
        #expect(try plan(19_999).usersPerSocket == 3)
        #expect(try plan(15_000).usersPerSocket == 4)
        #expect(try plan(15_000).shape.rooms == 2_000)
        let fewer = try plan(14_999)
        #expect(fewer.shape.rooms == 1_999 && fewer.usersPerSocket == 4)
        #expect(try plan(10).shape.rooms == 1)
    }

    @Test("one way of working has one pass, and one room has nobody to share with")
    func small() throws {
        #expect(try plan(15_000, [.floor, .roomtone]).passes == [[.floor, .roomtone]])
        #expect(try plan(20_000, [.roomtone]).usersPerSocket == 1)
        let one = SocketPlan(RelayShape.all[0], contenders: all, descriptorsMax: 20)
        #expect(one.usersPerSocket == 1 && one.shape.rooms == 1)
    }

    @Test("a socket is for the same person of so many rooms")
    func sockets() throws {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: 9))
        var own = SharedSockets(SpeakerEngineConfiguration(), usersPerSocket: 1)
        #expect(try own.socket(room: 0, person: 0, server: address) == nil)
        var shared = SharedSockets(SpeakerEngineConfiguration(), usersPerSocket: 2)
        var sockets: [[SpeakerSocket]] = []
        for room in 0..<4 {
            sockets.append(
                try (0..<2).map { person in
                    try #require(try shared.socket(room: room, person: person, server: address))
                })
        }
        #expect(sockets[0][0] === sockets[1][0] && sockets[0][1] === sockets[1][1])
        #expect(sockets[0][0] !== sockets[0][1] && sockets[1][0] !== sockets[2][0])
        #expect(sockets[2][0] === sockets[3][0])
    }
}
