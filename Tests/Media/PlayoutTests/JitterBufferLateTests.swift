import Playout
import Testing
import VoiceWire

/// A late frame is dropped and counted; when frames stay late, the delay grows inside the talkspurt.
@Suite struct JitterBufferLateTests {
    @Test func `A single late frame is concealed, counted late and not lost`() {
        var arrivals = talkspurt(count: 50)
        arrivals[20].milliseconds += 90
        var listener = Listener.expectingLoss(before: arrivals)
        let before = listener.buffer.statistics
        listener.run(arrivals, until: 1_500)
        let statistics = listener.buffer.statistics
        #expect(statistics.framesLate == 1)
        #expect(statistics.framesLost == before.framesLost)
        #expect(statistics.framesConcealed - before.framesConcealed == 1)
        #expect(!listener.playedSequences.contains(120))
        let last = listener.heardAt[149] ?? 0
        let wanted = (listener.heardAt[100] ?? 0) + 49 * 20
        #expect(abs(last - wanted) <= 20)
    }

    @Test func `When the path becomes slower for good, every frame is heard and the delay grows by the wait`() {
        var arrivals = talkspurt(count: 200)
        for index in 50..<200 { arrivals[index].milliseconds += 60 }
        var listener = Listener()
        listener.run(arrivals, until: 5_000)
        let statistics = listener.buffer.statistics
        #expect(statistics.framesLate == 0)
        #expect(listener.playedSequences == (100..<300).map { $0 })
        #expect((40 * 48...80 * 48).contains(Int(statistics.samplesConcealed)))
        #expect(statistics.playoutDelayNanoseconds >= 60_000_000)
    }

    /// What a listener counted before and after a frame that comes late, of a talker who never pauses; heard in steps of 2.5 ms.
    private struct LateFrame {
        var before: PlayoutStatistics
        var after: PlayoutStatistics
        var isHeard: Bool

        init(late milliseconds: Double) {
            let index = 600
            var arrivals = talkspurt(count: 1_000, isMarked: false)
            arrivals[index].milliseconds += milliseconds
            var configuration = JitterBuffer.Configuration()
            configuration.renderSampleCount = 120
            var listener = Listener(configuration: configuration, stepSamples: 120)
            listener.run(Array(arrivals[..<index]), until: Double(index) * 20 - 5)
            before = listener.buffer.statistics
            listener.run(Array(arrivals[index...]), until: Double(index + 10) * 20)
            after = listener.buffer.statistics
            isHeard = listener.playedSequences.contains(UInt16(100 + index))
        }
    }

    @Test func `While a frame may be late or lost, ten milliseconds are invented at first`() {
        let trial = LateFrame(late: 6)
        #expect(trial.after.samplesConcealed - trial.before.samplesConcealed == 480)
        #expect(trial.after.framesConcealed - trial.before.framesConcealed == 1)
        #expect(trial.isHeard)
    }

    @Test func `What was invented for a frame that came after all is cut out again`() {
        let trial = LateFrame(late: 6)
        // The harness cuts 2.5 ms of a frame at most.
        #expect(trial.after.samplesRemoved - trial.before.samplesRemoved == 120)
        #expect(trial.after.playoutDelayNanoseconds - trial.before.playoutDelayNanoseconds <= 8_000_000)
    }

    @Test func `One frame that is late by less than its length makes no delay for all that follow`() {
        let trial = LateFrame(late: 6)
        #expect(trial.after.targetDelayNanoseconds == trial.before.targetDelayNanoseconds)
    }

    @Test func `The delay never grows beyond its maximum`() {
        var configuration = JitterBuffer.Configuration()
        configuration.delayMillisecondsMax = 60
        var arrivals = talkspurt(count: 400)
        for index in 50..<400 { arrivals[index].milliseconds += Double(index % 7) * 30 }
        var listener = Listener(configuration: configuration)
        listener.run(arrivals, until: 9_000)
        #expect(listener.buffer.statistics.framesLate > 20)
        for (sequence, heard) in listener.heardAt {
            let captured = Double(sequence - 100) * 20
            // One frame more than the maximum may pile up before frames are skipped.
            #expect(heard - captured <= 60 + 20 + 10, "frame \(sequence)")
        }
    }
}
