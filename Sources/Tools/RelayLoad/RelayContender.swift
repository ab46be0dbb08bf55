/// A relay in one way of working: what rounds alternate between.
public enum RelayContender: String, Codable, CaseIterable, Sendable {
    /// The yardstick, datagram by datagram; all others of a round are compared with it.
    case floor
    /// The yardstick, all frames for a listener within 5 ms in one datagram.
    case floorBundled = "floor-bundled"
    /// Roomtone to clients who take one frame a datagram.
    case roomtone
    /// Roomtone to clients who take bundles.
    case roomtoneBundled = "roomtone-bundled"

    var isFloor: Bool { self == .floor || self == .floorBundled }
}
