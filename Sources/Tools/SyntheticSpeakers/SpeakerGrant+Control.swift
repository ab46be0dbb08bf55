import ControlWire
import VoiceSealing
import VoiceWire

extension SpeakerGrant {
    /// The grant as the control connection brought it.
    /// - Throws: for one that cannot be used: incomplete, unsealed, or with a cipher that this machine does not have.
    public init(_ grant: VoiceGrant) throws(SpeakerError) {
        guard let voice = grant.voiceID, let room = grant.voiceRoomID,
            let cipher = grant.cipher.flatMap(VoiceCipher.init), VoiceCipher.available.contains(cipher),
            let clientKey = grant.clientKey.flatMap(Self.bytes), clientKey.count == VoiceCipher.keyBytes,
            let serverKey = grant.serverKey.flatMap(Self.bytes), serverKey.count == VoiceCipher.keyBytes,
            let token = Self.bytes(grant.sessionToken), token.count == VoiceWireLimits.tokenBytes
        else { throw SpeakerError("the server granted a voice session that cannot be used") }
        self.init(
            voice: VoiceID(rawValue: voice), room: VoiceRoomID(rawValue: room), token: token, cipher: cipher,
            clientKey: clientKey, serverKey: serverKey,
            keepalive: .milliseconds(Int64(grant.keepaliveMilliseconds ?? 5_000)))
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.map { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
