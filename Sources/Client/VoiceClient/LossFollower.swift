/// What loss the encoder should provide for, from the loss that the relay's pongs show.
///
/// Redundancy costs quality at the same bitrate, so there is none where nothing is lost.
struct LossFollower: Sendable {
    /// More redundancy would leave too little of the bitrate for the sound itself.
    static let percentMax = 20

    private let percentMin: Int
    private var smoothed = 0.0

    /// `percentMin` is provided for whatever is measured.
    init(percentMin: Int) { self.percentMin = percentMin }

    /// Takes the latest measure, 0…1; gives percent. Below one percent there is nothing to provide for.
    mutating func note(_ share: Double) -> Int {
        smoothed += (min(max(share, 0), 1) - smoothed) / 4
        let percent = smoothed < 0.01 ? 0 : Int((smoothed * 100).rounded())
        return max(percentMin, min(percent, Self.percentMax))
    }
}
