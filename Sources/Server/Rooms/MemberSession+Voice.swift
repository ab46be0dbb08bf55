import ChatStore
import ControlWire
import Identifiers
import VoiceRelay
import VoiceWire

extension MemberSession {
    /// Bits a second that `RequestBitrateChange` may name: what Opus speech is good for here.
    static let bitrateRange: ClosedRange<UInt32> = 16_000...128_000
    /// Bits a second that a listener may allow a mix.
    static let mixBitrateRange: ClosedRange<UInt32> = 8_000...128_000
    /// Bytes of the longest bundle that a client may ask for.
    static let bundleBytesRange = VoiceSessionRequest.bundleBytesFloor...VoiceWireLimits.datagramBytesMax

    func serveVoice(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        switch message {
        case .voiceConnect(let roomID, _, let ciphers, let bundleBytesMax):
            await connectVoice(roomID, ciphers, bundleBytesMax: bundleBytesMax ?? 0, member, requestID)
        case .voiceDisconnect(let roomID, _):
            await disconnectVoice(roomID, member, requestID)
        case .setMuted(let isMuted):
            voiceSettings.isMuted = isMuted
            await applySettings(member, requestID, kept: isMuted ? "Muted" : "Not muted")
        case .setDeafened(let isDeafened):
            voiceSettings.isDeafened = isDeafened
            await applySettings(member, requestID, kept: isDeafened ? "Deafened" : "Not deafened")
        case .setVolume(let volume):
            await setVolume(volume, member, requestID)
        case .setDelivery(let delivery, let bitrate):
            await setDelivery(delivery, bitrate, member, requestID)
        case .setVoiceVolume(let voiceID, let volume):
            await setVolume(volume, of: VoiceID(rawValue: voiceID), member, requestID)
        case .requestBitrateChange(let bitrate):
            answerBitrate(bitrate, requestID)
        case .voiceDatagram(let data):
            await carry(base64: data)
        case .audioQualityReport(let packetLoss, let latency, let jitter, let talkers):
            let report = QualityReport(
                packetLoss: packetLoss, latencyMilliseconds: latency, jitterMilliseconds: jitter, at: .now)
            await noteQuality(report, talkers, member, requestID)
        default:
            _ = refuseUnexpected("Not a request about voice", requestID)
        }
    }

    private func connectVoice(
        _ id: RoomID, _ ciphers: [String]?, bundleBytesMax: Int, _ member: Member, _ requestID: UInt64?
    ) async {
        let range = Self.bundleBytesRange
        guard bundleBytesMax == 0 || range.contains(bundleBytesMax) else {
            let text = "bundle_bytes_max must be \(range.lowerBound)…\(range.upperBound) bytes, or 0 for no bundles"
            return refuseVoice(.invalidValue, text, .valueRefused, requestID)
        }
        guard services.directory.closing.remaining() == nil else {
            return refuseVoice(.unavailable, "The server is about to close", .closingRefused, requestID)
        }
        guard let room = rooms[id] else {
            guard let room = await services.directory.room(id), await room.isVisible(to: member) else {
                return refuseVoice(.roomNotFound, "There is no room \(id)", .roomUnknown, requestID)
            }
            return refuseVoice(.notAMember, RoomRefusal.notAMember.explanation, .notAMember, requestID)
        }
        do {
            // The relay may have ended the session since: the room knows.
            if let voiceRoom, await voiceRoom.hasVoice(member.connection) { throw RoomRefusal.alreadyInVoice }
            let cipher = try services.voice.cipher(offered: ciphers, isEncrypted: peer.isEncrypted)
            try await room.connectVoice(
                member.connection, settings: voiceSettings, cipher: cipher, bundleBytesMax: bundleBytesMax,
                controlHost: peer.networkAddress?.description, answering: requestID)
            voiceRoom = room
        } catch let refusal as RoomRefusal {
            refuseVoice(refusal.voiceCode, refusal.explanation, refusal.event, requestID)
        } catch {
            refuseVoice(.unavailable, "Voice could not be opened", .voiceUnavailable, requestID)
        }
    }

    private func disconnectVoice(_ id: RoomID, _ member: Member, _ requestID: UInt64?) async {
        do {
            guard let voiceRoom, voiceRoom.id == id else { throw RoomRefusal.notInVoice }
            self.voiceRoom = nil
            closeTunnel()
            try await voiceRoom.disconnectVoice(member.connection, answering: requestID)
        } catch {
            let refusal = RoomRefusal.notInVoice
            refuseVoice(refusal.voiceCode, refusal.explanation, refusal.event, requestID)
        }
    }

    /// In voice the answer is the member's new state; otherwise the setting waits for `VoiceConnect`.
    private func applySettings(_ member: Member, _ requestID: UInt64?, kept: String) async {
        if let update = await voiceRoom?.applyVoice(voiceSettings, to: member.connection) {
            answer(.userVoiceUpdate(update), requestID)
        } else {
            answer(.serverResponse(success: true, content: "\(kept) from the next voice connection on"), requestID)
        }
    }

    private func setVolume(_ volume: Float, _ member: Member, _ requestID: UInt64?) async {
        guard volume.isFinite, VoiceSettings.volumeRange.contains(volume) else {
            return refuseVoice(.invalidValue, "volume must be 0…2", .valueRefused, requestID)
        }
        voiceSettings.volume = volume
        _ = await voiceRoom?.applyVoice(voiceSettings, to: member.connection)
        answer(.serverResponse(success: true, content: "Volume \(volume)"), requestID)
    }

    private func setDelivery(
        _ delivery: VoiceDelivery?, _ bitrate: UInt32?, _ member: Member, _ requestID: UInt64?
    ) async {
        if let bitrate, !Self.mixBitrateRange.contains(bitrate) {
            let range = Self.mixBitrateRange
            let text = "bitrate must be \(range.lowerBound)…\(range.upperBound) bits a second"
            return refuseVoice(.invalidValue, text, .valueRefused, requestID)
        }
        guard delivery != .mixed || services.voice.mixer != nil else {
            return refuseVoice(.unavailable, "This server mixes no rooms", .voiceUnavailable, requestID)
        }
        voiceSettings.delivery = delivery
        voiceSettings.mixBitsPerSecond = bitrate
        let kept = delivery.map { "Voice \($0.rawValue)" } ?? "Voice as each room delivers it"
        await applySettings(member, requestID, kept: kept)
    }

    private func setVolume(_ volume: Float, of voice: VoiceID, _ member: Member, _ requestID: UInt64?) async {
        guard volume.isFinite, VoiceSettings.volumeRange.contains(volume) else {
            return refuseVoice(.invalidValue, "volume must be 0…2", .valueRefused, requestID)
        }
        do throws(RoomRefusal) {
            guard let voiceRoom else { throw RoomRefusal.notInVoice }
            try await voiceRoom.setVolume(volume, of: voice, for: member.connection)
            answer(.serverResponse(success: true, content: "Volume \(volume)"), requestID)
        } catch {
            refuseVoice(error.voiceCode, error.explanation, error.event, requestID)
        }
    }

    private func noteQuality(
        _ report: QualityReport, _ talkers: [TalkerReception], _ member: Member, _ requestID: UInt64?
    ) async {
        guard report.packetLoss.isFinite, (0...1).contains(report.packetLoss) else {
            return refuseVoice(.invalidValue, "packet_loss must be 0…1", .valueRefused, requestID)
        }
        guard talkers.count <= ReceptionTable.talkersPerReportMax else {
            let text = "a report names \(ReceptionTable.talkersPerReportMax) talkers at most"
            return refuseVoice(.invalidValue, text, .valueRefused, requestID)
        }
        guard talkers.allSatisfy(\.isPossible) else {
            let text =
                "of a talker's frames no more can be lost or late than there were, in no more bursts than that; "
                + "a rating is 0…\(TalkerReception.ratingMax)"
            return refuseVoice(.invalidValue, text, .valueRefused, requestID)
        }
        var report = report
        let ratings = talkers.compactMap(\.rating)
        if !ratings.isEmpty { report.rating = ratings.reduce(0.0) { $0 + Double($1) } / Double(ratings.count) }
        await voiceRoom?.note(report, from: member.connection)
        guard !talkers.isEmpty else { return }
        await voiceRoom?.noteReception(talkers, from: member.connection, at: .now)
    }

    /// The relay forwards what it gets and never re-encodes: a bitrate in range is the sender's own choice.
    private func answerBitrate(_ bitrate: UInt32, _ requestID: UInt64?) {
        let range = Self.bitrateRange.clamped(to: 0...services.voice.bitsPerSecondMax)
        guard range.contains(bitrate) else {
            let text = "target_bitrate must be \(range.lowerBound)…\(range.upperBound) bits a second"
            return refuseVoice(.invalidValue, text, .valueRefused, requestID)
        }
        answer(.serverResponse(success: true, content: "Encode at \(bitrate) bits a second"), requestID)
    }

    private func refuseVoice(_ code: VoiceErrorCode, _ text: String, _ event: ControlEvent, _ requestID: UInt64?) {
        services.counters.count(event)
        answer(.voiceError(code: code, message: text), requestID)
    }
}
