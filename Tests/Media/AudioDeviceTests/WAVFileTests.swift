import AudioDevice
import AudioTestSupport
import Foundation
import LockFree
import Testing

@Suite struct WAVFileTests {
    @Test("What is written is read back, and by another program too")
    func roundTrip() throws {
        let path = temporaryPath("round.wav")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let speech = try TestSignal.speech()
        try WAVAudio.write(speech, to: path)
        #expect(try WAVAudio.read(path) == speech)
        #expect(try WAVAudio.read(TestSignal.speechPath("Front_Center")) == speech)
        let one = try WAVAudio.read(path, channelCountMax: 2)
        #expect(one.samples == speech && one.channelCount == 1)

        try WAVAudio.write([1, 2, 3, -4], channelCount: 2, to: path)
        let both = try WAVAudio.read(path, channelCountMax: 2)
        #expect(both.samples == [1, 2, 3, -4] && both.channelCount == 2)
        #expect(try WAVAudio.read(path) == [2, -1])
    }

    @Test("A file at another rate comes at 48 kHz, as long as it was and in place", arguments: [8_000, 44_100, 96_000])
    func otherRates(_ rate: Int) throws {
        let tone = TestSignal.tone(hertz: 1_000, sampleCount: rate, sampleRate: Double(rate))
        var bytes = WAVWriter.file(tone)
        bytes.replaceSubrange(24..<28, with: (0..<4).map { UInt8(rate >> (8 * $0) & 0xFF) })
        let path = temporaryPath("rate.wav")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))

        let samples = try WAVAudio.read(path)
        let expected = TestSignal.tone(hertz: 1_000, sampleCount: 48_000)
        #expect(samples.count == 48_000)
        let foundCorrelation = Alignment.correlation(expected, samples, offset: 0)
        let correlation = try #require(foundCorrelation)
        #expect(correlation > 0.999)
        #expect(abs(Level.decibels(samples) - Level.decibels(expected)) < 0.1)
    }

    @Test("A file of the wrong kind is refused in one line that says what to do")
    func refused() throws {
        let path = temporaryPath("wrong.wav")
        defer { try? FileManager.default.removeItem(atPath: path) }
        func error(_ bytes: [UInt8]) throws -> AudioDeviceError? {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return deviceError { _ = try AudioSources.open(name: path) }
        }
        let cases: [([UInt8], AudioDeviceError.Code, String)] = [
            (Array("OggS".utf8), .fileUnsupported, "ffmpeg -i"), (WAVWriter.file([]), .fileEmpty, "another file"),
            (Array(WAVWriter.file([1, 2, 3]).dropLast(2)), .fileTruncated, "copy it again"),
        ]
        for (bytes, code, advice) in cases {
            let error = try #require(try error(bytes))
            #expect(error.code == code)
            #expect(error.description.contains(advice) && error.description.contains(path), "\(error)")
            #expect(!error.description.contains("\n"))
        }
        let missing = deviceError { _ = try AudioSources.open(name: "/nonexistent/voice.wav") }
        #expect(missing?.code == .fileInaccessible)
        #expect(missing?.description.contains("no such file") == true)
        let unwritable = deviceError { _ = try AudioSinks.open(name: "/nonexistent/voice.wav") }
        #expect(unwritable?.code == .fileInaccessible)
        let directory = deviceError { _ = try WAVAudio.read("/tmp") }
        #expect(directory?.code == .fileInaccessible)
    }

    @Test("A file that is too large is refused without being read whole")
    func tooLarge() throws {
        let path = temporaryPath("large.wav")
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(truncate(path, off_t(WAVAudio.fileBytesMax + 1)) == 0)
        #expect(deviceError { _ = try WAVAudio.read(path) }?.code == .fileTooLarge)
    }

    @Test("The header declares up to what 32 bits can, and no more")
    func headerLimit() {
        func declared(_ sampleCount: Int) -> (riff: [UInt8], data: [UInt8]) {
            let header = WAVWriter.header(sampleCount: sampleCount)
            return (Array(header[4..<8]), Array(header[40..<44]))
        }
        #expect(WAVWriter.header(sampleCount: 0).count == WAVWriter.headerByteCount)
        #expect(declared(WAVWriter.sampleCountMax).riff == [0xFE, 0xFF, 0xFF, 0xFF])
        #expect(declared(WAVWriter.sampleCountMax + 1) == declared(WAVWriter.sampleCountMax))
    }
}
