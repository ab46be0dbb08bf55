/// Finds holes: stretches in which the reference sounds and the recording does not.
public enum GapFinder {
    /// Sample ranges of the reference, each at least `millisecondsMin` long, in which `reference` is active (over
    /// −45 dBFS) and `recording` is more than `decibelsBelow` under it.
    ///
    /// - Parameter offset: as in ``Alignment/offset``. What lies outside of the recording counts as silent.
    public static func gaps(
        _ reference: [Int16], _ recording: [Int16], offset: Int, millisecondsMin: Int = 10, decibelsBelow: Double = 25
    ) -> [Range<Int>] {
        let step = 240
        var gaps: [Range<Int>] = []
        for start in stride(from: 0, to: reference.count - step, by: step) {
            let level = Level.decibels(reference[start..<start + step])
            guard level > SpectralSimilarity.activeDecibelsMin else { continue }
            let from = min(max(start + offset, 0), recording.count)
            let to = min(max(start + step + offset, from), recording.count)
            guard Level.decibels(recording[from..<to]) < level - decibelsBelow else { continue }
            if let last = gaps.last, last.upperBound == start {
                gaps[gaps.count - 1] = last.lowerBound..<start + step
            } else {
                gaps.append(start..<start + step)
            }
        }
        return gaps.filter { $0.count >= millisecondsMin * 48 }
    }
}
