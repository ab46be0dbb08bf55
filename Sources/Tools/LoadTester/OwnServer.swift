import Foundation
import LoadSupport

/// A `roomtoned` that this program starts for one test, on free ports of 127.0.0.1, with data in a folder that is removed
/// afterwards and with the limits on what one address may do raised.
public final class OwnServer: Sendable {
    public let server: LoadServer
    private let process: ServerProcess
    private let folder: URL

    /// Blocks until it serves. Throws ``LoadError``.
    /// - Parameters:
    ///   - name: of its folder, where a test has several.
    ///   - settings: environment variables besides those that raise its limits.
    public init(program: String, name: String = "server", settings: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "roomtone-load-\(ProcessInfo.processInfo.processIdentifier)-\(name)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw LoadError("\(folder.path) cannot be made: \(error.localizedDescription)")
        }
        process = try ServerProcess(
            program, dataDirectory: folder.appending(path: "data").path,
            settings: ServerLimits.raised.merging(Self.sizes) { $1 }.merging(settings) { $1 })
        server = LoadServer(process)
    }

    /// Ends it and removes its data. Blocks for ten seconds at most.
    public func stop() {
        process.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// How much there may be of what this program makes much of.
    private static let sizes = [
        "ROOMTONE_CONTROL_CONNECTIONS_MAX": "\(LoadOptions.usersMax * 2)",
        "ROOMTONE_ROOMS_MAX": "\(LoadOptions.roomsMax * 2)",
        "ROOMTONE_ROOMS_VOICE_MEMBERS_MAX": "\(LoadOptions.usersPerRoomMax)",
        // All who talk are heard: frames that a server withholds on purpose look lost.
        "ROOMTONE_VOICE_LOUDEST_TALKERS": "0",
        "ROOMTONE_VOICE_BYTES_PER_SECOND_PER_ROOM_MAX": "1000000000",
        "ROOMTONE_VOICE_SESSIONS_MAX": "\(LoadOptions.usersMax * 2)",
    ]
}
