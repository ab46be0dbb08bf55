import Glibc

/// Takes off what lies below voices: rumble, hum, a microphone's direct current. 16 kHz.
///
/// A Butterworth high-pass of second order at 80 Hz. One owner at a time.
struct LowCut: Sendable {
    private var x1: Float = 0
    private var x2: Float = 0
    private var y1: Float = 0
    private var y2: Float = 0
    private let gain: Float
    private let back1: Float
    private let back2: Float

    init(hertz: Double = 80, sampleRate: Double = 16_000) {
        let slope = tan(Double.pi * hertz / sampleRate)
        let norm = 1 + 2.squareRoot() * slope + slope * slope
        gain = Float(1 / norm)
        back1 = Float(2 * (slope * slope - 1) / norm)
        back2 = Float((1 - 2.squareRoot() * slope + slope * slope) / norm)
    }

    /// Processes samples in place.
    mutating func process(_ samples: UnsafeMutablePointer<Float>, count: Int) {
        for index in 0..<count {
            let x = unsafe samples[index]
            let y = gain * (x - 2 * x1 + x2) - back1 * y1 - back2 * y2
            (x2, x1, y2, y1) = (x1, x, y1, y)
            unsafe samples[index] = y
        }
        // In silence the rest falls until numbers are no normal ones any more, with which processors are slow.
        if abs(y1) + abs(y2) < 1e-20 { (y1, y2) = (0, 0) }
    }
}
