/// How loud the echo is that the canceller left, bin by bin. Blocks of 5 ms.
///
/// Of what was taken off, a share is left: the smallest that was seen lately, for more is somebody who talks. Reverberation
/// outlasts what was taken off, so that falls slowly.
@safe struct ResidualEcho: ~Copyable {
    let power = FloatMemory(SpectralSuppressor.binCount)
    private let removed = FloatMemory(SpectralSuppressor.binCount)
    private let smoothedRemoved = FloatMemory(SpectralSuppressor.binCount)
    private let smoothedLeft = FloatMemory(SpectralSuppressor.binCount)
    private let share = FloatMemory(SpectralSuppressor.binCount)

    init() { distrust() }

    mutating func distrust() { share.fill(Self.shareAtFirst) }

    /// Takes the power of what is left of the microphone and of what was taken off it.
    mutating func follow(_ left: borrowing FloatMemory, _ taken: borrowing FloatMemory) {
        let last = SpectralSuppressor.binCount - 1
        for bin in 0...last {
            unsafe removed.start[bin] = max(taken.start[bin], Self.decay * removed.start[bin])
        }
        for bin in 0...last {
            let (below, above) = (max(0, bin - 1), min(last, bin + 1))
            let nowLeft = unsafe 0.25 * (left.start[below] + left.start[above]) + 0.5 * left.start[bin]
            let nowRemoved = unsafe 0.25 * (removed.start[below] + removed.start[above]) + 0.5 * removed.start[bin]
            unsafe smoothedLeft.start[bin] += Self.smoothing * (nowLeft - smoothedLeft.start[bin])
            unsafe smoothedRemoved.start[bin] += Self.smoothing * (nowRemoved - smoothedRemoved.start[bin])
            if unsafe smoothedRemoved.start[bin] > Self.audiblePower {
                let seen = unsafe smoothedLeft.start[bin] / smoothedRemoved.start[bin]
                let known = unsafe share.start[bin]
                let next = seen < known ? known + Self.fall * (seen - known) : known * Self.rise
                unsafe share.start[bin] = min(1, max(1e-6, next))
            }
            unsafe power.start[bin] = share.start[bin] * removed.start[bin]
        }
    }

    private static let shareAtFirst: Float = 0.5
    /// A room that loses 60 dB in 0.8 s.
    private static let decay: Float = 0.92
    private static let smoothing: Float = 0.164
    private static let fall: Float = 0.051
    /// 2 dB a second.
    private static let rise: Float = 1.0023
    /// About −75 dBFS in one bin.
    private static let audiblePower: Float = 1e-5
}
