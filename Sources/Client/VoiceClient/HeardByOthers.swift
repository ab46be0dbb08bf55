/// How a talker's voice reaches the room, as the server sums up what listeners report.
public struct HeardByOthers: Equatable, Sendable, BitwiseCopyable {
    /// Of the talker's frames, 0…1, lost or late on the way to the listeners provided for; copies that mended it not counted.
    public var lossShare: Double
    /// Frames lost in a row, on average over the losses; 1: by chance.
    public var burstLength: Double

    /// Numbers that are none, or out of range, are held to it.
    ///
    /// - Parameter burstRatio: mean length of bursts over that of random loss as high (ITU-T G.107 §3.5).
    public init(lossShare: Double, burstRatio: Double) {
        self.lossShare = lossShare.isNaN ? 0 : min(max(lossShare, 0), 1)
        // Random loss with probability p comes in bursts of 1 / (1 − p).
        let received = max(1 - self.lossShare, Self.receivedShareMin)
        burstLength = burstRatio.isNaN ? 1 : min(max(burstRatio / received, 1), Self.burstLengthMax)
    }

    private static let receivedShareMin = 0.01
    private static let burstLengthMax = 100.0
}
