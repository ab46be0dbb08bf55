public import VoiceWire

/// What a listener who gets one stream gets: how many bits, in frames of which length.
public enum MixQuality: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// Frames of 20 ms at the configured bitrate.
    case standard = 0
    /// Frames of 40 ms at the configured bitrate for thin links: half as many headers.
    case thin = 1

    /// Ticks of sound in a frame, 1 or 2.
    var ticksPerFrame: Int { self == .standard ? 1 : 2 }
}

/// Somebody who gets the mix of a room.
public struct MixListener: Equatable, Sendable {
    public var voice: VoiceID
    public var quality: MixQuality
    /// How loud this listener wants to hear somebody, 0…2, where that is not 1. At most ``volumesMax``; more are left out.
    public var volumes: [VoiceID: Float]

    /// People for whom one listener may have a volume.
    public static let volumesMax = 256

    public init(voice: VoiceID, quality: MixQuality = .standard, volumes: [VoiceID: Float] = [:]) {
        self.voice = voice
        self.quality = quality
        self.volumes = volumes
    }
}

/// Who of a room gets its mix, in any order. Without listeners the room is not mixed and costs nothing.
public struct MixPlan: Equatable, Sendable {
    public var listeners: [MixListener]

    public init(listeners: [MixListener] = []) { self.listeners = listeners }
}

/// What tells one mix from another: how loud each seat is in it, and in which quality it is sent. Equal keys share an encode.
struct MixKey: Hashable {
    /// In fiftieths, 0…100; 0 for seats that nobody speaks from.
    var volumes = SIMD32<UInt8>(repeating: 0)
    var quality: MixQuality

    static let unity: UInt8 = 50

    /// A volume of 0…2 as keys have it; what is out of range or no number is 1.
    static func step(_ volume: Float) -> UInt8 {
        guard volume.isFinite, (0...2).contains(volume) else { return unity }
        return UInt8((volume * Float(unity)).rounded())
    }

    static func gain(_ step: UInt8) -> Float { Float(step) / Float(unity) }
}
