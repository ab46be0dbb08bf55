/// Tells when nothing has been played for so long that no echo of it can be left: most of the time of most microphones. Pure.
struct PlayedSilence: Sendable {
    /// Nothing audible was played for ``blocksMin``: neither filter nor suppressor has anything to look for.
    var isLong: Bool { blockCount >= Self.blocksMin }
    /// Nothing was played before the first sound.
    private var blockCount = blocksMin

    /// Takes the next block of what is played, on a scale of ±1.
    mutating func follow(_ samples: UnsafePointer<Float>, count: Int) {
        var loudest: Float = 0
        for index in 0..<count { unsafe loudest = max(loudest, abs(samples[index])) }
        blockCount = loudest > Self.audible ? 0 : min(blockCount + 1, Self.blocksMin)
    }

    /// Blocks of 10 ms: twice the longest response, in which what is left of the echo falls by more than 60 dB.
    static let blocksMin = 2 * EchoCanceller.tailMilliseconds / 10
    /// One step of 16 bits.
    static let audible: Float = 1 / 32_768
}
