import AudioDevice
import SoundLab
import TestSupport
import Testing

@Suite struct SpeechRecordingTests {
    @Test func `A folder's recordings come by name`() throws {
        let folder = try TemporaryFolder()
        try WAVAudio.write([1, 2, 3], to: folder.file("b.wav"))
        try WAVAudio.write([4], to: folder.file("a.wav"))
        let recordings = try SpeechRecording.read(folder.path)
        #expect(recordings.map(\.name) == ["a", "b"])
        #expect(recordings.map(\.samples) == [[4], [1, 2, 3]])
    }

    @Test func `A folder without speech is refused with what to do`() throws {
        let folder = try TemporaryFolder()
        #expect { try SpeechRecording.read(folder.path) } throws: { "\($0)".contains("holds no WAV file") }
    }
}
