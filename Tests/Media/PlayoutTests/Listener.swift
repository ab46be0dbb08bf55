import Playout
import VoiceWire

/// A talker's frame on its way to the buffer.
struct Arrival {
    var milliseconds: Double
    var frame: VoiceFrame
}

/// What a listener heard, in order.
enum Heard: Equatable {
    case frame(UInt16)
    case concealed(Int, following: UInt16?)
    case silence(Int)
}

/// Renders a jitter buffer in steps of 10 ms on a virtual clock, as a sound device would. Stretches as the buffer wants it,
/// by up to 2.5 ms in a frame of 20 ms.
struct Listener: ~Copyable {
    var buffer: JitterBuffer
    private(set) var heard: [Heard] = []
    private(set) var outcomes: [InsertOutcome] = []
    /// Milliseconds at which each frame's first sample was heard.
    private(set) var heardAt: [UInt16: Double] = [:]
    private(set) var now = MonotonicInstant(nanoseconds: 0)
    private var surplus = 0
    let stepSamples: Int

    init(configuration: JitterBuffer.Configuration = JitterBuffer.Configuration(), stepSamples: Int = 480) {
        buffer = JitterBuffer(configuration: configuration)
        self.stepSamples = stepSamples
    }

    /// A listener who has learnt to wait for a frame longer than the network is quick: so the frame after a lost one is there.
    static func expectingLoss(before coming: [Arrival]) -> Listener {
        var listener = Listener()
        guard let first = coming.first else { return listener }
        let sampleCount = first.frame.sampleCount
        let length = 10 * sampleCount
        let pauseMilliseconds = 200
        let earlier = Double(length) / 48 + Double(pauseMilliseconds)
        listener.now = MonotonicInstant(nanoseconds: Int64((first.milliseconds - earlier) * 1e6))
        var arrivals = talkspurt(
            count: 10, from: first.frame.sequence.advanced(by: -10).rawValue,
            timestamp: first.frame.timestamp.advanced(by: -length - pauseMilliseconds * 48).rawValue,
            milliseconds: first.milliseconds - earlier, sampleCount: sampleCount)
        for index in stride(from: 2, to: 10, by: 2) { arrivals[index].milliseconds += Double(sampleCount) / 48 + 1 }
        arrivals.remove(at: 5)
        listener.run(arrivals, until: first.milliseconds)
        listener.heard = []
        listener.heardAt = [:]
        listener.outcomes = []
        return listener
    }

    /// Lets the frames arrive at their times, and renders until `milliseconds`.
    mutating func run(_ arrivals: [Arrival], until milliseconds: Double) {
        var waiting = arrivals.sorted { $0.milliseconds < $1.milliseconds }[...]
        while milliseconds * 1e6 > Double(now.nanoseconds) {
            while let next = waiting.first, next.milliseconds * 1e6 <= Double(now.nanoseconds) {
                insert(next.frame, at: MonotonicInstant(nanoseconds: Int64(next.milliseconds * 1e6)))
                waiting.removeFirst()
            }
            render()
        }
    }

    /// The packet is the sequence number, so that a mixed-up slot is noticed.
    @discardableResult
    mutating func insert(_ frame: VoiceFrame, at instant: MonotonicInstant? = nil) -> InsertOutcome {
        let bytes = Self.packet(of: frame.sequence)
        let outcome = bytes.withUnsafeBytes { buffer.insert(frame, $0, at: instant ?? now) }
        outcomes.append(outcome)
        return outcome
    }

    mutating func render() {
        var done = min(surplus, stepSamples)
        surplus -= done
        while done < stepSamples {
            let instant = now.advanced(bySamples: done)
            let action = buffer.next(at: instant, sampleCountMax: stepSamples - done)
            let count = note(action, at: instant)
            precondition(count > 0, "an action without sound would stall the listener")
            done += count
        }
        surplus += done - stepSamples
        now = now.advanced(bySamples: stepSamples)
    }

    private mutating func note(_ action: PlayoutAction, at instant: MonotonicInstant) -> Int {
        switch action {
        case .play(let buffered):
            precondition(Array(buffer.bytes(of: buffered)) == Self.packet(of: buffered.frame.sequence))
            heard.append(.frame(buffered.frame.sequence.rawValue))
            heardAt[buffered.frame.sequence.rawValue] = Double(instant.nanoseconds) / 1e6
            return buffered.frame.sampleCount + stretch(buffered.frame.sampleCount)
        case .conceal(let count, let following):
            heard.append(.concealed(count, following: following?.frame.sequence.rawValue))
            return count
        case .silence(let count):
            if case .silence(let before)? = heard.last {
                heard[heard.count - 1] = .silence(before + count)
            } else {
                heard.append(.silence(count))
            }
            return count
        }
    }

    private mutating func stretch(_ sampleCount: Int) -> Int {
        guard !buffer.stretchesQuietOnly else { return 0 }
        let wanted = min(max(buffer.wantedStretch, -sampleCount / 8), sampleCount / 8)
        if wanted != 0 { buffer.noteStretch(by: wanted) }
        return wanted
    }

    static func packet(of sequence: SequenceNumber) -> [UInt8] {
        [UInt8(sequence.rawValue >> 8), UInt8(sequence.rawValue & 255), 0xA5]
    }

    /// Numbers of the frames played, in order.
    var playedSequences: [UInt16] {
        heard.compactMap { if case .frame(let sequence) = $0 { sequence } else { nil } }
    }

    /// What was heard without the silence before and after.
    var speech: [Heard] {
        var result = heard[...]
        if case .silence? = result.first { result.removeFirst() }
        if case .silence? = result.last { result.removeLast() }
        return Array(result)
    }
}

/// The frames of one talkspurt, each arriving `delay` ms after its last sample was captured.
func talkspurt(
    count: Int, from sequence: UInt16 = 100, timestamp: UInt32 = 5_000, milliseconds start: Double = 0,
    sampleCount: Int = 960, delay: Double = 0, isMarked: Bool = true
) -> [Arrival] {
    (0..<count).map { index in
        let frame = VoiceFrame(
            sequence: SequenceNumber(rawValue: sequence).advanced(by: index),
            timestamp: MediaTimestamp(rawValue: timestamp).advanced(by: index * sampleCount),
            sampleCount: sampleCount, startsTalkspurt: isMarked && index == 0,
            endsTalkspurt: isMarked && index == count - 1)
        return Arrival(milliseconds: start + Double(index * sampleCount) / 48 + delay, frame: frame)
    }
}
