import AudioDevice
import SpeechProcessing
import VoiceWire

/// ``VoiceStatistics`` in a fixed size, so that the engine can write it without allocating.
package struct VoiceStatisticsRecord: Sendable {
    var isConnected = false
    var isTunnelled = false
    var isTransmitting = false
    var isMuted = false
    var isDeafened = false
    var mode = TransmissionMode.pushToTalk
    var inputLevel: UInt8 = 127
    var microphoneSettings = MicrophoneSettings()
    var microphone = MicrophoneStatistics()
    var roundTripNanoseconds: Int64?
    var uplinkLoss: Double?
    var talkers: InlineArray<64, VoiceStatistics.Talker>
    var talkerCount = 0
    var source = AudioStatistics()
    var sink = AudioStatistics()
    var counters = VoiceCounters()

    package init() {
        talkers = InlineArray(
            repeating: VoiceStatistics.Talker(
                voice: VoiceID(rawValue: 0), isSpeaking: false, level: 127, playoutDelayMilliseconds: 0,
                jitterMilliseconds: 0))
    }
}

extension VoiceStatistics {
    init(_ record: VoiceStatisticsRecord) {
        isConnected = record.isConnected
        isTunnelled = record.isTunnelled
        isTransmitting = record.isTransmitting
        isMuted = record.isMuted
        isDeafened = record.isDeafened
        mode = record.mode
        inputLevel = record.inputLevel
        microphoneSettings = record.microphoneSettings
        microphone = record.microphone
        roundTripMilliseconds = record.roundTripNanoseconds.map { Double($0) / 1e6 }
        uplinkLoss = record.uplinkLoss
        talkers = (0..<record.talkerCount).map { record.talkers[$0] }.sorted { $0.voice.rawValue < $1.voice.rawValue }
        source = record.source
        sink = record.sink
        counters = record.counters
    }
}
