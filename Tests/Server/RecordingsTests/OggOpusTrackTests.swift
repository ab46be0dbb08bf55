import AudioTestSupport
import Foundation
import TestSupport
import Testing
import VoiceWire

@testable import Recordings

@Suite("A speaker's Ogg Opus file")
struct OggOpusTrackTests {
    private let folder: TemporaryFolder
    private let packets: [[UInt8]]

    init() throws {
        folder = try TemporaryFolder()
        packets = try TonePackets.make(count: 100)
    }

    private func track(first: RecordedFrame) -> OggOpusTrack { OggOpusTrack(serialNumber: 7, first: first) }

    /// The file of frames that come one after the other, with the time going on between them.
    private func file(of frames: [RecordedFrame], _ name: String = "1.opus") throws -> (path: String, OggContent) {
        var track = track(first: frames[0])
        var bytes: [UInt8] = []
        for (index, frame) in frames.enumerated() {
            track.advance(to: frame.arrivalNanoseconds)
            track.insert(frame)
            if index % 50 == 49 { bytes += track.takePages() }
        }
        bytes += track.finish()
        let path = folder.file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return (path, OggContent(bytes))
    }

    /// Seconds that opusinfo says.
    private func duration(of path: String) throws -> Double {
        let text = try Command.output("opusinfo", package: "opus-tools", [path])
        guard let length = text.firstMatch(of: /Playback length: (\d+)m:([\d.]+)s/) else { return -1 }
        return (Double(length.1) ?? -1) * 60 + (Double(length.2) ?? -1)
    }

    /// What opusinfo has to say against a file.
    private func complaints(about path: String) throws -> [String] {
        try Command.output("opusinfo", package: "opus-tools", [path]).split(separator: "\n").map(String.init)
            .filter { $0.contains("WARNING") || $0.contains("ERROR") || $0.contains("rror:") }
    }

    @Test("frames go in as they came, and other programs read a file of their length")
    func plain() throws {
        let frames = packets.enumerated().map { RecordedFrame.frame($0, $1, start: $0 == 0) }
        let (path, content) = try file(of: frames)
        #expect(Array(content.sound.dropLast()) == packets)
        #expect(content.isEnded)
        #expect(content.granule == 96_000 + 312)
        #expect(try complaints(about: path) == [])
        #expect(abs(try duration(of: path) - 2) < 0.001)
    }

    @Test("frames that overtook each other are put in order, and what comes twice is written once")
    func reordered() throws {
        var frames = packets.enumerated().map { RecordedFrame.frame($0, $1, start: $0 == 0) }
        for index in stride(from: 10, to: 90, by: 7) {
            (frames[index].opus, frames[index + 3].opus) = (frames[index + 3].opus, frames[index].opus)
            (frames[index].sequence, frames[index + 3].sequence) = (frames[index + 3].sequence, frames[index].sequence)
            (frames[index].timestamp, frames[index + 3].timestamp) =
                (frames[index + 3].timestamp, frames[index].timestamp)
        }
        frames.insert(frames[20], at: 22)
        let (_, content) = try file(of: frames)
        #expect(Array(content.sound.dropLast()) == packets)
    }

    @Test("what is lost keeps its time")
    func loss() throws {
        let lost = Set([10, 30, 31, 32, 60]).union(70..<90)
        let frames = packets.enumerated().filter { !lost.contains($0.offset) }
            .map { RecordedFrame.frame($0, $1, start: $0 == 0) }
        let (path, content) = try file(of: frames)
        #expect(content.granule == 96_000 + 312)
        #expect(content.soundSampleCount == 96_000 + 960, "granule positions are what the packets hold")
        #expect(content.sound.filter { $0.count == 1 }.count == 1 + 3 + 1 + 5, "100 ms of a gap are concealed")
        #expect(try complaints(about: path) == [])
        #expect(abs(try duration(of: path) - 2) < 0.001)
    }

    @Test("a pause keeps its time, to the 2.5 ms that packets can say")
    func pause() throws {
        var frames = packets.enumerated().map { RecordedFrame.frame($0, $1, start: $0 == 0 || $0 == 50) }
        for index in 50..<100 {
            frames[index].timestamp = frames[index].timestamp.advanced(by: 61_234)
            frames[index].arrivalNanoseconds += 61_234 * 1_000_000 / 48
        }
        let (path, content) = try file(of: frames)
        #expect(content.granule == UInt64(96_000 + 61_200 + 312))
        #expect(try complaints(about: path) == [])
    }

    @Test("a frame that was lost is written from a later datagram that carries it")
    func filledIn() throws {
        let lost: Set = [10, 30, 31, 60]
        let frames = packets.enumerated().filter { !lost.contains($0.offset) }.map { number, packet in
            let extensions = number >= 2 ? EarlierFrame.block(packets[number - 2], distance: 2) : []
            return RecordedFrame.frame(number, packet, start: number == 0, extensions: extensions)
        }
        var track = track(first: frames[0])
        for frame in frames { track.insert(frame) }
        let content = OggContent(track.finish())
        #expect(Array(content.sound.dropLast()) == packets)
        #expect(track.figures.filledIn == 4)
        #expect(track.figures.lost == 0)
        #expect(track.figures.late == 0)
    }

    @Test("nothing that was said before the first frame is filled in")
    func nothingFromBefore() throws {
        let carrier = RecordedFrame.frame(
            50, packets[50], start: false, extensions: EarlierFrame.block(packets[49], distance: 1))
        var track = track(first: carrier)
        track.insert(carrier)
        track.insert(.frame(51, packets[51], extensions: EarlierFrame.block(packets[48], distance: 3)))
        let content = OggContent(track.finish())
        #expect(Array(content.sound.dropLast()) == [packets[50], packets[51]])
    }

    @Test("after consent has ended what came since is forgotten, and the time until the next yes is kept")
    func interrupted() throws {
        var track = track(first: .frame(0, packets[0]))
        for number in 0..<10 { track.insert(.frame(number, packets[number])) }
        track.end(at: second + 5 * 20 * millisecond)
        for number in 50..<60 {
            track.insert(
                .frame(number, packets[number], extensions: EarlierFrame.block(packets[48], distance: number - 48)))
        }
        let content = OggContent(track.finish())
        let written = content.sound.filter { $0.count > 20 }
        #expect(Array(written) == Array(packets[0..<5] + packets[50..<60]))
        #expect(content.granule == 60 * 960 + 312)
    }

    @Test("a talker's clock that runs wrong is put right at the next talkspurt")
    func drift() throws {
        var frames = packets.enumerated().map { RecordedFrame.frame($0, $1, start: $0 == 0 || $0 == 50) }
        // The second talkspurt's timestamps are 200 ms behind what passed.
        for index in 50..<100 { frames[index].arrivalNanoseconds += 200 * millisecond }
        let (_, content) = try file(of: frames)
        #expect(content.granule == 96_000 + 9_600 + 312)
    }

    @Test("a timestamp that leaps makes no hour of silence", arguments: [UInt32(40_000_000), 4_000_000_000])
    func leap(by samples: UInt32) throws {
        var frames = packets.enumerated().map { RecordedFrame.frame($0, $1, start: $0 == 0) }
        for index in 50..<100 {
            frames[index].timestamp = MediaTimestamp(rawValue: frames[index].timestamp.rawValue &+ samples)
        }
        let (_, content) = try file(of: frames)
        #expect(content.granule == 96_000 + 312)
    }

    @Test("sound that comes faster than time passes is let go at two seconds ahead")
    func ahead() throws {
        var frames = packets.enumerated().map { RecordedFrame.frame($0, $1, at: second, start: $0 == 0) }
        for index in 100..<250 { frames.append(.frame(index, packets[index % 100], at: second)) }
        let (_, content) = try file(of: frames)
        #expect(content.granule == 96_000 + 312)
    }

    @Test("the window takes as many frames as it may, and one more is refused")
    func windowLimit() throws {
        var window = FrameWindow()
        for number in 0..<FrameWindow.framesMax { #expect(window.insert(.frame(number, packets[0])) == .kept) }
        #expect(window.insert(.frame(FrameWindow.framesMax, packets[0])) == .full)
    }

    @Test("a talker who begins anew is followed", arguments: [FrameWindow.jumpMax - 10, FrameWindow.jumpMax - 9])
    func jump(by count: Int) throws {
        var frames = (0..<10).map { RecordedFrame.frame($0, packets[$0], start: $0 == 0) }
        for number in 10..<20 {
            var frame = RecordedFrame.frame(number, packets[number])
            frame.sequence = frame.sequence.advanced(by: count)
            frames.append(frame)
        }
        var track = track(first: frames[0])
        for frame in frames { track.insert(frame) }
        let content = OggContent(track.finish())
        #expect(content.sound.filter { $0.count > 20 } == Array(packets[..<20]))
        #expect(track.figures.lost == (count + 10 > FrameWindow.jumpMax ? 0 : UInt64(count)))
    }

    @Test("what is no Opus is not written", arguments: [[], [0xFF], [UInt8](repeating: 0xFF, count: 1_276)])
    func malformed(_ packet: [UInt8]) {
        var track = track(first: .frame(0, packets[0]))
        track.insert(.frame(0, packets[0]))
        track.insert(.frame(1, packet))
        track.insert(.frame(2, packets[2]))
        #expect(OggContent(track.finish()).sound.filter { $0.count > 20 } == [packets[0], packets[2]])
        #expect(track.figures.malformed == 1)
    }

    @Test("sequence numbers and timestamps may wrap")
    func wrap() throws {
        let frames = packets.enumerated().map { number, packet in
            var frame = RecordedFrame.frame(number, packet, start: number == 0)
            frame.sequence = SequenceNumber(rawValue: 65_500).advanced(by: number)
            frame.timestamp = MediaTimestamp(rawValue: UInt32.max - 20_000).advanced(by: number * 960)
            return frame
        }
        let (_, content) = try file(of: frames)
        #expect(Array(content.sound.dropLast()) == packets)
    }

    @Test("a stereo talker's file says so, and every decoder takes fillers and sound", arguments: [1, 2])
    func decodes(channels: Int) throws {
        let packets = try TonePackets.make(count: 100, channels: channels)
        let frames = packets.enumerated().filter { $0.offset % 10 < 7 }
            .map { RecordedFrame.frame($0, $1, start: $0 == 0) }
        let (path, _) = try file(of: frames, "decoded\(channels).opus")
        let info = try Command.output("opusinfo", package: "opus-tools", [path])
        #expect(info.contains("Channels: \(channels)"))
        // libopus; and another decoder, where there is one.
        let decoded = folder.file("decoded.wav")
        var decoders = [(try Command.path("opusdec", package: "opus-tools"), ["--quiet", path, decoded])]
        if let other = try? Command.path("ffmpeg", package: "ffmpeg") {
            decoders.append((other, ["-v", "error", "-xerror", "-y", "-i", path, decoded]))
        }
        for (program, arguments) in decoders {
            let name = program.split(separator: "/").last.map(String.init) ?? program
            #expect(try Command.output(name, package: name, arguments) == "")
            let length = try Command.output("soxi", package: "sox", ["-s", decoded])
            #expect(Int(length.trimmingCharacters(in: .whitespacesAndNewlines)) == 97 * 960, "\(name)")
        }
    }
}
