public import ControlWire

/// What `rooms create` and `rooms update` may set; what is absent stays as it is. A zero takes a limit away, an empty
/// password the password.
public struct RoomSettings: Equatable, Sendable {
    public var name: String?
    public var description: String?
    public var topic: String?
    public var kind: RoomKind?
    public var password: String?
    public var membersMax: Int?
    public var slowModeSeconds: Int?
    public var retentionDays: Int?
    public var retentionCount: Int?
    /// 0: all are heard; −1: the server's number.
    public var loudestTalkers: Int?
    public var delivery: VoiceDelivery?
    /// 0: recordings are kept for ever; −1: as long as the server says.
    public var recordingDays: Int?

    public init() {}

    func write(to changes: inout RoomChanges) {
        changes.name = name
        changes.description = description
        changes.topic = topic
        changes.kind = kind
        changes.password = password
        changes.membersMax = membersMax
        changes.slowModeSeconds = slowModeSeconds
        changes.retentionDays = retentionDays
        changes.retentionCount = retentionCount
        changes.loudestTalkers = loudestTalkers
        changes.delivery = delivery
        changes.recordingDays = recordingDays
    }
}
