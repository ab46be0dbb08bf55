import Foundation
import OpusCodec
import Testing
import VoiceWire

@testable import VoiceClient

/// A listener who goes over from everybody's own voice to the room's mix and back while somebody speaks.
///
/// What is said is a tone that rises, so that its pitch tells which moment of it is heard: how far behind what is heard lies
/// before, at and after the seam, and whether two moments are heard at once.
@Suite struct DeliverySeamTests {
    /// Of the changes from the speaker's frames, in milliseconds.
    private static let offsets = [0, 5, 10, 15]
    /// Of the tone, RMS.
    private static let level = 5_657.0
    /// Said and heard, forwarded and through the mix on a perfect network, in samples.
    private static let forwardedLag = 24...36
    private static let mixedLag = 52...70

    @Test(arguments: offsets)
    func `Going over to the mix leaves no hole, and nothing is heard twice`(offset: Int) throws {
        let call = try SeamCall(offset: .milliseconds(offset))
        for _ in 0..<2 {
            let seam = call.change(isMixed: true)
            let points = RisingTone.track(call.listener.heard, from: seam)
            #expect(points.filter { $0.milliseconds < -20 }.allSatisfy { Self.forwardedLag.contains($0.lag) })
            #expect(points.allSatisfy { $0.level > Self.level * 0.4 }, "a hole")
            #expect(points.allSatisfy { $0.level < Self.level * 1.3 }, "twice")
            #expect(points.allSatisfy { $0.steepness < 1.6 }, "a click")
            let after = points.filter { $0.milliseconds >= 140 }
            #expect(after.allSatisfy { Self.mixedLag.contains($0.lag) && $0.share > 0.9 })
            _ = call.change(isMixed: false)
        }
        #expect(call.listener.counters.framesLost == 0, "what is not sent is not lost")
    }

    @Test(arguments: offsets)
    func `Coming back leaves out what the mix was behind by, and a tick at most is heard with what follows`(
        offset: Int
    ) throws {
        let call = try SeamCall(offset: .milliseconds(offset))
        for _ in 0..<2 {
            _ = call.change(isMixed: true)
            let seam = call.change(isMixed: false)
            let points = RisingTone.track(call.listener.heard, from: seam)
            #expect(points.filter { $0.milliseconds < -20 }.allSatisfy { Self.mixedLag.contains($0.lag) })
            #expect(points.allSatisfy { $0.level > Self.level * 0.4 }, "a hole")
            // Two tones at once, in windows that reach 20 ms: the last tick, which was sent right before, and no invented sound.
            #expect(points.count { $0.level > Self.level * 1.15 } <= 8, "twice")
            #expect(points.allSatisfy { $0.level < Self.level * 1.5 && $0.steepness < 2 }, "a click")
            let after = points.filter { $0.milliseconds >= 60 }
            #expect(after.allSatisfy { Self.forwardedLag.contains($0.lag) && $0.share > 0.9 })
        }
        #expect(call.listener.counters.framesLost == 0, "what is not sent is not lost")
    }
}

/// A speaker whose microphone hears a rising tone, and a listener, in a room that the server mixes for the listener or does not.
private final class SeamCall {
    let room: VirtualRoom
    private let mixer: VirtualMixer

    var listener: VirtualClient { room.clients[1] }

    /// - Parameter offset: of the changes from the speaker's frames.
    init(offset: Duration) throws {
        mixer = try VirtualMixer()
        room = try VirtualRoom(seed: 1, mixer: mixer)
        var configuration = VoiceEngineConfiguration()
        configuration.mode = .continuous
        configuration.encoder.discontinuousTransmission = false
        configuration.encoder.application = .audio
        configuration.encoder.bitsPerSecond = 64_000
        for _ in 0..<2 { try room.join(configuration) }
        room.clients[0].microphone = RisingTone.sound(seconds: 20)
        room.clients[1].pipeline.setMuted(true)
        room.run(for: .seconds(2) + .milliseconds(400) + offset)
    }

    /// Changes the delivery in the middle of a rise, and lets a while pass.
    /// - Returns: where in what the listener heard that was.
    func change(isMixed: Bool) -> Int {
        let seam = listener.heard.count
        room.mix(for: isMixed ? [listener.voice] : [])
        room.run(for: .seconds(1))
        return seam
    }
}

/// A tone that rises from 300 to 4,300 Hz within a second, again and again.
private enum RisingTone {
    static let sampleCount = 48_000

    struct Point {
        /// Of the window's middle, after the seam.
        let milliseconds: Int
        /// How many milliseconds ago what is heard best was said.
        let lag: Int
        /// Of all that is heard, 0…1.
        let share: Double
        /// RMS.
        let level: Double
        /// The steepest step from one sample to the next, as a share of the steepest that the tone has anywhere in the window.
        let steepness: Double
    }

    /// In cycles, at a sample: whole at the end of a rise, so that the next one goes on from it.
    private static func phase(_ sample: Int) -> Double {
        let time = Double(sample) / Double(sampleCount)
        return 2 * .pi * (300 * time + 2_000 * time * time)
    }

    static func sound(seconds: Int) -> [Int16] {
        let rise = (0..<sampleCount).map { Int16(8_000 * sin(phase($0))) }
        return (0..<seconds).flatMap { _ in rise }
    }

    private static let phasors: [(Double, Double)] = (0..<sampleCount).map { (cos(phase($0)), sin(phase($0))) }

    /// What is heard best in windows of 20 ms, every 5 ms, from 100 ms before the seam to 250 ms after it.
    static func track(_ heard: [Int16], from seam: Int) -> [Point] {
        stride(from: seam - 4_800, to: seam + 12_000, by: 240).map { start in
            let window = Array(heard[start..<start + 960])
            let best =
                stride(from: 0, to: 120, by: 1).map { lag in (lag, share(of: window, from: start - lag * 48)) }
                .max { $0.1 < $1.1 } ?? (0, 0)
            let level = (window.reduce(0.0) { $0 + Double($1) * Double($1) } / 960).squareRoot()
            let steepest = zip(window, window.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
            let hertz = 300 + 4_000 * Double((start + 960) % sampleCount) / Double(sampleCount)
            return Point(
                milliseconds: (start + 480 - seam) / 48, lag: best.0, share: best.1, level: level,
                steepness: Double(steepest) / (8_000 * 2 * .pi * hertz / 48_000))
        }
    }

    /// How much of a window's energy is what was said from that sample on.
    static func share(of window: [Int16], from sample: Int) -> Double {
        var (real, imaginary, energy, weights) = (0.0, 0.0, 0.0, 0.0)
        for index in stride(from: 0, to: window.count, by: 4) {
            let weight = 0.5 - 0.5 * cos(2 * .pi * (Double(index) + 0.5) / Double(window.count))
            let (value, phasor) = (Double(window[index]), phasors[(sample + index + 10 * sampleCount) % sampleCount])
            real += weight * value * phasor.0
            imaginary += weight * value * phasor.1
            energy += weight * value * value
            weights += weight
        }
        return energy > 0 ? 2 * (real * real + imaginary * imaginary) / (energy * weights) : 0
    }
}
