import ControlWire
import TerminalSupport
import VoiceClient
import VoiceSealing
import VoiceWire

extension VoiceConnectionGrant {
    /// The grant as the control connection brought it; throws what this client cannot work with.
    ///
    /// - Parameter allowsUnsealed: voice without encryption is taken; only where the control connection has none either,
    ///   which never leaves the machine.
    package init(_ grant: VoiceGrant, host: String, allowsUnsealed: Bool) throws(CommandFailure) {
        guard let voiceID = grant.voiceID, let roomID = grant.voiceRoomID, let token = Self.bytes(grant.sessionToken)
        else {
            throw Self.mismatch("its voice grant is incomplete")
        }
        self.init(
            host: host, port: grant.udpPort, voice: VoiceID(rawValue: voiceID), room: VoiceRoomID(rawValue: roomID),
            token: token, keys: try Self.keys(of: grant, allowsUnsealed: allowsUnsealed))
        bundleBytesMax = grant.bundleBytesMax ?? 0
        bytesPerSecondMax = grant.bytesPerSecondMax
        if let milliseconds = grant.tokenMilliseconds { tokenLifetime = .milliseconds(milliseconds) }
        if let milliseconds = grant.keepaliveMilliseconds { keepalive = .milliseconds(milliseconds) }
        if let milliseconds = grant.timeoutMilliseconds { timeout = .milliseconds(milliseconds) }
    }

    private static func keys(of grant: VoiceGrant, allowsUnsealed: Bool) throws(CommandFailure) -> Keys? {
        guard grant.cipher != unsealedName else {
            guard allowsUnsealed else {
                throw CommandFailure(
                    .permission,
                    "the server grants voice without encryption, which everybody on the way could hear: this client takes "
                        + "it with --plaintext only, from a server on this machine. Ask the administrator for sealed voice."
                )
            }
            return nil
        }
        guard let name = grant.cipher, let cipher = VoiceCipher(rawValue: name) else {
            throw mismatch("it asks for the voice cipher “\(grant.cipher ?? "")”, which this version does not have")
        }
        guard let clientKey = grant.clientKey.flatMap(bytes), let serverKey = grant.serverKey.flatMap(bytes) else {
            throw mismatch("its voice grant has no keys")
        }
        return Keys(cipher: cipher, clientKey: clientKey, serverKey: serverKey)
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.map { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }

    private static func mismatch(_ what: String) -> CommandFailure {
        CommandFailure(.protocolMismatch, "server and client do not match: \(what). Update the older of the two.")
    }

    private static let unsealedName = "none"
}
