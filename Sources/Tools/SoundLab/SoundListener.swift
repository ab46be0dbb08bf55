import CAllocationCount
import Playout
import TalkerSound
import VoiceClient
import VoiceWire

/// Who hears a talker: takes frames as they arrive, and gives the next samples when a speaker needs them.
protocol SoundListener: AnyObject {
    func receive(_ header: VoiceHeader, body: UnsafeRawBufferPointer, at now: MonotonicInstant) throws
    func render(into output: UnsafeMutableBufferPointer<Float>, at now: MonotonicInstant) throws
    var figures: ListeningFigures { get }
}

/// What a listener counted.
struct ListeningFigures: Equatable, Sendable {
    var framesReceived: UInt64 = 0
    var framesLost: UInt64 = 0
    var framesLate: UInt64 = 0
    var framesRepaired: UInt64 = 0
    var lossBursts: UInt64 = 0
    var samplesPlayed: UInt64 = 0
    var samplesConcealed: UInt64 = 0
    var samplesStretched: UInt64 = 0
    var transitMilliseconds = 0.0
    /// Calls of malloc(3) and its relatives by what runs on the audio thread, once the first second is over.
    var allocations: UInt64 = 0

    /// Of what was heard while somebody spoke, the share that was invented.
    var concealedShare: Double {
        let sum = samplesPlayed + samplesConcealed
        return sum == 0 ? 0 : Double(samplesConcealed) / Double(sum)
    }
}

/// The product.
final class RoomtoneListener: SoundListener {
    private var talker: Talker
    private var allocations: UInt64 = 0
    private static let warmUp = MonotonicInstant(nanoseconds: 1_000_000_000)

    init(renderSampleCount: Int) throws {
        var configuration = JitterBuffer.Configuration()
        configuration.renderSampleCount = renderSampleCount
        talker = try Talker(configuration: configuration)
        talker.begin(VoiceID(rawValue: 1), volume: 1, at: MonotonicInstant(nanoseconds: 0))
    }

    func receive(_ header: VoiceHeader, body: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        let opus = UnsafeRawBufferPointer(rebasing: body[..<Int(header.opusByteCount)])
        let extensions = UnsafeRawBufferPointer(rebasing: body[Int(header.opusByteCount)...])
        let before = allocation_count()
        talker.insert(header, opus, extensions: extensions, at: now)
        if now > Self.warmUp { allocations += allocation_count() - before }
    }

    func render(into output: UnsafeMutableBufferPointer<Float>, at now: MonotonicInstant) {
        let before = allocation_count()
        talker.render(addingTo: output, masterVolume: 1, at: now)
        if now > Self.warmUp { allocations += allocation_count() - before }
    }

    var figures: ListeningFigures {
        let statistics = talker.statistics
        return ListeningFigures(
            framesReceived: statistics.framesReceived, framesLost: statistics.framesLost,
            framesLate: statistics.framesLate, framesRepaired: statistics.framesRepaired,
            lossBursts: statistics.lossBursts, samplesPlayed: statistics.samplesPlayed,
            samplesConcealed: statistics.samplesConcealed,
            samplesStretched: statistics.samplesInserted + statistics.samplesRemoved,
            transitMilliseconds: Double(statistics.transitNanoseconds) / 1e6, allocations: allocations)
    }
}
