import ControlWire
import Foundation
import JSONText
import TerminalSupport

/// Where a fetched recording goes: a new directory and files for their owner only. Nothing that is there is written over.
struct FetchedFolder: Sendable {
    let path: String

    init(_ path: String) throws(CommandFailure) {
        self.path = path
        guard mkdir(path, 0o700) == 0 else {
            throw CommandFailure(.fileNotWritable, "\(path) cannot be made: \(String(cString: strerror(errno))).")
        }
    }

    /// A speaker's file, the mix (0), or the manifest.
    func file(track: Int?) throws(CommandFailure) -> FetchedFile {
        try FetchedFile("\(path)/" + (track.map { $0 == 0 ? "mix.opus" : "\($0).opus" } ?? "manifest.json"))
    }

    /// Why there is no mix though one was asked for, for people; nil otherwise.
    static func missingMix(of manifest: [UInt8]) -> String? {
        let mix = (try? JSONDocument(manifest, nestingMax: 8).root)?["mix"]
        return switch mix?["state"]?.string {
        case "wanted": "the mix is not made yet: fetch it later, into another directory"
        case "failed": "the mix could not be made: \(mix?["reason"]?.string ?? "the server does not say why")"
        default: nil
        }
    }

    /// The files that a manifest names: the speakers' by their numbers, the mix as 0.
    static func tracks(of manifest: [UInt8]) throws(CommandFailure) -> [Int] {
        guard let root = try? JSONDocument(manifest, nestingMax: 8).root, let speakers = root["speakers"] else {
            throw CommandFailure(.protocolMismatch, "the recording's manifest is not one.")
        }
        let mix = root["mix"]?["file"] == nil ? [] : [0]
        return mix
            + speakers.elements.compactMap { speaker in
                speaker["file"] == nil ? nil : speaker["number"]?.unsigned.flatMap { Int(exactly: $0) }
            }
    }

    static func decoded(_ chunk: RecordingChunk) throws(CommandFailure) -> [UInt8] {
        guard let data = Data(base64Encoded: chunk.data) else {
            throw CommandFailure(.protocolMismatch, "part of the recording is not base64.")
        }
        return Array(data)
    }
}

/// A file that grows until it is let go of. One owner.
final class FetchedFile {
    private let path: String
    private let descriptor: Int32
    private(set) var byteCount: UInt64 = 0

    init(_ path: String) throws(CommandFailure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path) }
            rest = rest.dropFirst(count)
        }
        byteCount += UInt64(bytes.count)
    }

    func remove() { _ = unlink(path) }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(.fileNotWritable, "\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
