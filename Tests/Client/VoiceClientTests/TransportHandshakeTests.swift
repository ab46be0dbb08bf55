import Playout
import Testing
import VoiceSealing
import VoiceWire

@testable import VoiceClient

/// Hello is repeated until welcomed, and only the welcome to this hello counts.
@Suite struct TransportHandshakeTests {
    @Test(arguments: [true, false])
    func `A hello carries the token and a welcome opens the session`(sealed: Bool) throws {
        var pair = try TransportPair(sealed: sealed)
        let hello = try #require(pair.tick(0).sent.first)
        #expect(hello.0.type == .hello)
        #expect(hello.0.flags.contains(.sealed) == sealed)
        #expect(Array(hello.1.prefix(16)) == pair.relay.grant.token)
        #expect(hello.1.count == SessionBodies.helloByteCount)
        #expect(pair.transport.isOpen == false)
        let welcome = pair.relay.make(.welcome, Array(hello.1.suffix(8)))
        #expect(pair.receive(welcome, at: 30) == .connected)
        #expect(pair.transport.isOpen == true)
    }

    @Test func `Hellos come after 100, 200, 400, 800 ms and then every second until the token expires`() throws {
        var pair = try TransportPair()
        var times: [Int] = []
        var lost: Int?
        for milliseconds in 0...11_000 where lost == nil {
            let (sent, event) = pair.tick(milliseconds)
            if !sent.isEmpty { times.append(milliseconds) }
            if event != nil {
                #expect(event == .lost(.handshakeTimedOut))
                lost = milliseconds
            }
        }
        #expect(times == [0, 100, 300, 700, 1_500, 2_500, 3_500, 4_500, 5_500, 6_500, 7_500, 8_500, 9_500])
        #expect(lost == 10_000)
        #expect(pair.transport.nextDeadline == nil)
    }

    @Test func `A welcome with other bytes than the hello's is refused`() throws {
        var pair = try TransportPair()
        _ = pair.tick(0)
        let wrong = pair.relay.make(.welcome, [UInt8](repeating: 7, count: 8))
        #expect(pair.receive(wrong, at: 10) == nil)
        let short = pair.relay.make(.welcome, [1, 2, 3])
        #expect(pair.receive(short, at: 10) == nil)
        #expect(pair.transport.isOpen == false)
        #expect(pair.counters.datagramsRejected == 2)
    }

    @Test func `A second welcome is no second connection`() throws {
        var pair = try TransportPair()
        let hello = try #require(pair.tick(0).sent.first)
        let first = pair.relay.make(.welcome, Array(hello.1.suffix(8)))
        let second = pair.relay.make(.welcome, Array(hello.1.suffix(8)))
        #expect(pair.receive(first, at: 10) == .connected)
        #expect(pair.receive(second, at: 20) == nil)
    }

    @Test func `Token and keys of the wrong length are refused with their cause`() throws {
        let relay = RelayEnd()
        for change in [
            { $0.token.removeLast() }, { $0.keys?.clientKey.append(0) }, { $0.keys?.serverKey = [] },
        ] as [(inout VoiceConnectionGrant) -> Void] {
            var grant = relay.grant
            change(&grant)
            #expect {
                _ = try VoiceTransport(grant, at: MonotonicInstant(nanoseconds: 0))
            } throws: { error in
                (error as? VoiceEngineError)?.code == .grantInvalid
            }
        }
    }
}
