/// Takes the speaker's sound off the microphone's. 16 kHz, blocks of 10 ms.
///
/// Two filters listen: a long one that trusts what it has learnt, whose result is used, and a short one that forgets quickly. While
/// somebody talks at the same time, the short one is led astray and is worse; when it is clearly better, the way from speaker to
/// microphone has changed, and the long one is told to learn anew. One owner at a time; nothing allocates after it was made.
@safe struct EchoCanceller: ~Copyable {
    /// What is left of the latest block.
    var residual: UnsafePointer<Float> { unsafe UnsafePointer(filter.residual.start) }
    /// What was taken off it.
    var echo: UnsafePointer<Float> { unsafe UnsafePointer(filter.echo.start) }
    /// In the latest block the way was found to have changed.
    private(set) var pathChanged = false
    /// Times that the way was found to have changed.
    private(set) var pathChangeCount = 0

    private var far: EchoSpectra
    private var filter: EchoFilter
    private var quickFilter: EchoFilter
    private var power: Float = 0
    private var filterPower: Float = 0
    private var quickPower: Float = 0
    private var blocksUntilNext: Int
    /// Blocks in which only what is played is taken, because what was played before belongs to another alignment.
    private var blocksToFill = 0

    /// The longest response in milliseconds: speaker to microphone, reverberation included.
    static let tailMilliseconds = 600

    init() {
        let settings = EchoFilter.Settings(partitionCount: Self.tailMilliseconds / 50)
        far = EchoSpectra(partitionCount: settings.partitionCount)
        filter = EchoFilter(settings)
        quickFilter = EchoFilter(EchoFilter.Settings(partitionCount: 1, persistence: 0.97, constrainedPerBlock: 1))
        blocksUntilNext = Self.blocksBetweenChanges
    }

    /// Takes a block of the microphone and what was played at the same time, ``EchoSpectra/hop`` samples each.
    mutating func process(_ microphone: UnsafePointer<Float>, played: UnsafePointer<Float>) {
        unsafe far.append(played)
        if blocksToFill > 0 {
            blocksToFill -= 1
            pathChanged = false
            return unsafe passOn(microphone)
        }
        unsafe filter.process(microphone, far)
        unsafe quickFilter.process(microphone, far)
        unsafe power += Self.smoothing * (Self.energy(microphone) - power)
        unsafe filterPower += Self.smoothing * (Self.energy(filter.residual.start) - filterPower)
        unsafe quickPower += Self.smoothing * (Self.energy(quickFilter.residual.start) - quickPower)
        blocksUntilNext = max(0, blocksUntilNext - 1)
        pathChanged =
            blocksUntilNext == 0 && filterPower > Self.worseFactor * quickPower && power > Self.audiblePower
        if pathChanged {
            // Where it is worse than half of nothing, beginning with nothing is nearer to the new way.
            if filterPower > Self.worthlessFactor * power { filter.reset() }
            distrust()
            pathChangeCount += 1
        }
        if filterPower > Self.uselessFactor * power { unsafe passOn(microphone) }
    }

    /// What is played reaches the microphone at quite another time: nothing that was learnt holds.
    mutating func begin() {
        filter.reset()
        quickFilter.reset()
        distrust()
        blocksToFill = Self.tailMilliseconds / 10
    }

    /// Sound was lost, or the devices began anew: what is played reaches the microphone at another time.
    mutating func distrust() {
        filter.distrust()
        blocksUntilNext = Self.blocksBetweenChanges
    }

    /// A filter that adds more than it takes off is not listened to.
    private func passOn(_ microphone: UnsafePointer<Float>) {
        unsafe filter.echo.start.update(from: microphone, count: EchoSpectra.hop)
        unsafe filter.residual.start.update(from: microphone, count: EchoSpectra.hop)
    }

    private static func energy(_ samples: UnsafePointer<Float>) -> Float {
        var sum: Float = 0
        for index in 0..<EchoSpectra.hop { unsafe sum += samples[index] * samples[index] }
        return sum
    }

    private static let smoothing: Float = 0.1
    private static let worseFactor: Float = 1.5
    private static let worthlessFactor: Float = 0.4
    private static let uselessFactor: Float = 1.5
    /// −65 dBFS: in silence one filter is as good as the other.
    private static let audiblePower = Float(EchoSpectra.hop) * 3e-7
    /// A second for the new way to be learnt before it is judged.
    private static let blocksBetweenChanges = 100
}
