import OpusCodec
import Playout
import Testing
import VoiceWire

@testable import VoiceClient

/// Sixty-four people at once, one more is counted; places of those who left are used again.
@Suite struct TalkerTableTests {
    private static let frame: [UInt8] = {
        var packet = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)
        let silence = [Int16](repeating: 0, count: 960)
        let byteCount = silence.withUnsafeBufferPointer { silence in
            packet.withUnsafeMutableBytes { packet in
                guard var encoder = try? OpusEncoder() else { return 0 }
                return (try? encoder.encode(silence, into: packet)) ?? 0
            }
        }
        return Array(packet[..<byteCount])
    }()

    private func speak(_ voice: Int, in table: inout TalkerTable, at milliseconds: Int, ends: Bool = true) {
        let header = VoiceHeader(
            type: .voice, flags: ends ? [.talkspurtStart, .talkspurtEnd] : [.talkspurtStart],
            voice: VoiceID(rawValue: UInt16(voice)), room: VoiceRoomID(rawValue: 1), sequence: 1, timestamp: 1,
            opusByteCount: UInt16(Self.frame.count))
        let now = MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
        Self.frame.withUnsafeBytes { table.insert(header, body: $0, at: now) }
    }

    private func render(_ table: inout TalkerTable, from milliseconds: Int, for count: Int) {
        var mix = [Float](repeating: 0, count: 480)
        for step in stride(from: milliseconds, to: milliseconds + count, by: 10) {
            let now = MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: step)
            mix.withUnsafeMutableBufferPointer { table.render(addingTo: $0, masterVolume: 1, at: now) }
        }
    }

    private func present(_ table: borrowing TalkerTable) -> (voices: [UInt16], counters: VoiceCounters) {
        var record = VoiceStatisticsRecord()
        var counters = VoiceCounters()
        let count = table.report(into: &record.talkers, counters: &counters)
        return ((0..<count).map { record.talkers[$0].voice.rawValue }.sorted(), counters)
    }

    @Test func `The sixty-fourth is heard, the sixty-fifth is counted`() {
        var table = TalkerTable(configuration: JitterBuffer.Configuration())
        for voice in 1...TalkerTable.talkersMax { speak(voice, in: &table, at: 0) }
        #expect(present(table).voices == (1...64).map { UInt16($0) })
        #expect(present(table).counters.framesOverTalkersMax == 0)
        speak(65, in: &table, at: 500)
        #expect(present(table).voices.count == 64)
        #expect(present(table).counters.framesOverTalkersMax == 1)
    }

    @Test func `A mix that the server made is heard like a talker`() {
        var table = TalkerTable(configuration: JitterBuffer.Configuration())
        speak(Int(VoiceID.mix.rawValue), in: &table, at: 0)
        render(&table, from: 0, for: 60)
        #expect(present(table).voices == [0])
        #expect(present(table).counters.framesReceived == 1)
    }

    @Test func `Somebody silent for a second gives the place up when it is needed`() {
        var table = TalkerTable(configuration: JitterBuffer.Configuration())
        for voice in 1...TalkerTable.talkersMax { speak(voice, in: &table, at: voice == 7 ? 0 : 600) }
        render(&table, from: 0, for: 1_000)
        speak(65, in: &table, at: 1_000)
        #expect(present(table).voices.contains(65))
        #expect(!present(table).voices.contains(7))
        #expect(present(table).counters.framesReceived == 65)
    }

    @Test func `After half a minute of silence the place is free, and what was counted stays`() {
        var table = TalkerTable(configuration: JitterBuffer.Configuration())
        speak(1, in: &table, at: 0)
        render(&table, from: 0, for: 30_000)
        #expect(present(table).voices == [1])
        render(&table, from: 30_000, for: 20)
        #expect(present(table).voices.isEmpty)
        #expect(present(table).counters.framesReceived == 1)
    }

    @Test func `Everybody is forgotten with the session`() {
        var table = TalkerTable(configuration: JitterBuffer.Configuration())
        for voice in 1...10 { speak(voice, in: &table, at: 0) }
        table.removeAll()
        #expect(present(table).voices.isEmpty)
        speak(3, in: &table, at: 50)
        #expect(present(table).voices == [3])
        #expect(present(table).counters.framesReceived == 11)
        #expect(present(table).counters.framesDuplicate == 0)
    }
}
