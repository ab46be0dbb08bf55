import AudioDevice
import Foundation

/// Recorded speech that a table is made from: 48 kHz, one channel. Reading allocates and blocks on the disk.
public struct SpeechRecording: Sendable {
    /// The file's name without its extension.
    public let name: String
    public let samples: [Int16]

    public init(name: String, samples: [Int16]) {
        self.name = name
        self.samples = samples
    }

    /// Reads a WAV file, or all of a folder's in the order of their names. Throws ``AudioDeviceError`` for a file that
    /// cannot be read, ``SoundLabError`` where there is none.
    public static func read(_ path: String) throws -> [SpeechRecording] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [try one(path)]
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { $0.lowercased().hasSuffix(".wav") }.sorted()
        guard !names.isEmpty else { throw SoundLabError("\(path) holds no WAV file; give a folder with speech") }
        return try names.map { try one(path + "/" + $0) }
    }

    private static func one(_ path: String) throws -> SpeechRecording {
        SpeechRecording(
            name: URL(filePath: path).deletingPathExtension().lastPathComponent, samples: try WAVAudio.read(path))
    }
}

/// Why a table cannot be made, in a sentence that says what to do.
public struct SoundLabError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(_ description: String) { self.description = description }
}
