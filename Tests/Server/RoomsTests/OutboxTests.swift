import ControlWire
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct OutboxTests {
    private let line = EncodedLine(.pong)
    private let other = EncodedLine(.ping)
    private let counters = ControlCounters()

    @Test func linesComeOutInOrderAndTogether() async {
        let outbox = Outbox(counters: counters)
        outbox.post(line)
        outbox.post(other)
        #expect(await outbox.nextBatch() == line.bytes + other.bytes)
    }

    @Test func waitingReaderIsWoken() async {
        let outbox = Outbox(counters: counters)
        async let batch = outbox.nextBatch()
        outbox.post(line)
        #expect(await batch == line.bytes)
    }

    @Test func bytesAtTheLimitAreKeptAndOnePastClosesTheConnection() async {
        let outbox = Outbox(bytesMax: line.bytes.count * 2, counters: counters)
        outbox.post(line)
        outbox.post(line)
        #expect(outbox.closeReason == nil)
        outbox.post(line)
        #expect(outbox.closeReason == .slowReader)
        #expect(counters[.slowReaderClosed] == 1)
        #expect(await outbox.nextBatch() == nil)
    }

    @Test func whatWasReadMakesRoom() async {
        let outbox = Outbox(bytesMax: line.bytes.count, counters: counters)
        for _ in 0..<10 {
            outbox.post(line)
            #expect(await outbox.nextBatch() == line.bytes)
        }
        #expect(outbox.closeReason == nil)
    }

    @Test func batchesAreBounded() async {
        let outbox = Outbox(counters: counters)
        let count = Outbox.batchBytesMax / line.bytes.count + 10
        for _ in 0..<count { outbox.post(line) }
        var sizes: [Int] = []
        outbox.close(.peerLeft)
        while let batch = await outbox.nextBatch() { sizes.append(batch.count) }
        #expect(sizes.count == 2)
        #expect(sizes.allSatisfy { $0 <= Outbox.batchBytesMax })
        #expect(sizes.reduce(0, +) == count * line.bytes.count)
    }

    @Test func lastWordsFollowWhatWaitsAndNothingFollowsThem() async {
        let outbox = Outbox(counters: counters)
        outbox.post(line)
        outbox.close(.idle, lastWords: other)
        outbox.close(.offences)
        outbox.post(line)
        #expect(outbox.closeReason == .idle)
        #expect(await outbox.nextBatch() == line.bytes + other.bytes)
        #expect(await outbox.nextBatch() == nil)
        #expect(outbox.closeReason == .idle && outbox.isDrained)
    }
}
