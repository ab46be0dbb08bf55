import ControlWire
import Identifiers
import TerminalUI
import Testing

@testable import TerminalClient

struct RequestQueueTests {
    private func post(_ text: String, room: UInt64 = 1) -> Request {
        .post(text, to: .room(RoomID(rawValue: .init(room))), clientID: text, replyTo: nil)
    }

    @Test func `messages of one conversation are posted one after the other, others meanwhile`() {
        var queue = RequestQueue()
        for request in [post("one"), post("two"), post("elsewhere", room: 2), .rooms] {
            #expect(queue.add(request) == true)
        }
        #expect(queue.next() == post("one"))
        #expect(queue.next() == post("elsewhere", room: 2))
        #expect(queue.next() == .rooms)
        #expect(queue.next() == nil && !queue.isIdle)
        queue.finish(post("one"))
        #expect(queue.next() == post("two"))
        for request in [post("two"), post("elsewhere", room: 2), .rooms] { queue.finish(request) }
        #expect(queue.isIdle)
    }

    @Test func `voice is left before it is taken again`() {
        var queue = RequestQueue()
        let room = RoomID(rawValue: 1)
        for request in [Request.leaveVoice(room), .voice(room)] { #expect(queue.add(request) == true) }
        #expect(queue.next() == .leaveVoice(room) && queue.next() == nil)
        queue.finish(.leaveVoice(room))
        #expect(queue.next() == .voice(room))
    }

    @Test func `inFlightMax are asked at once, and one more waits`() {
        var queue = RequestQueue()
        for _ in 0...RequestQueue.inFlightMax { #expect(queue.add(.rooms) == true) }
        for _ in 0..<RequestQueue.inFlightMax { #expect(queue.next() == .rooms) }
        #expect(queue.next() == nil)
        queue.finish(.rooms)
        #expect(queue.next() == .rooms)
    }

    @Test func `waitingMax wait, and one more is refused`() {
        var queue = RequestQueue()
        for _ in 0..<RequestQueue.waitingMax { #expect(queue.add(.rooms) == true) }
        #expect(queue.add(.rooms) == false)
    }
}
