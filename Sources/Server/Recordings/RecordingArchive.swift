public import Identifiers
public import LockFree
public import VoiceRelay

/// The recordings that are kept: lists, reads and deletes them, on a thread of its own. The ``recorder`` writes them.
///
/// Any task may ask; it suspends. Of a recording that runs nothing is deleted but a person.
public final class RecordingArchive: Sendable {
    public enum Failure: Error, Equatable, Sendable {
        /// There is no such recording or file.
        case notFound
        /// It runs.
        case isRunning
        /// Too many ask at once, or the server stops.
        case busy
        /// The system's word.
        case file(RecordingFileError)
    }

    /// Part of a file.
    public struct Chunk: Equatable, Sendable {
        public let bytes: [UInt8]
        /// Of the whole file.
        public let fileByteCount: UInt64
    }

    /// Requests that wait for the thread.
    public static let waitingMax = 64
    /// Recordings of one page.
    public static let pageMax = 200

    public let recorder: Recorder
    private let directory: String
    private let courier: Courier
    private let threads: WorkThreads<Void>

    private init(directory: String, recorder: Recorder) throws {
        self.directory = directory
        self.recorder = recorder
        courier = try Courier()
        threads = try WorkThreads(
            name: "recordings", threadCount: 1, waitingMax: Self.waitingMax,
            scheduling: ThreadScheduling(isBatch: true),
            courier: courier
        ) {}
    }

    /// Opens the directory, which is made if it is not there, and closes the recordings that a crash left open. Blocks.
    public static func open(
        directory: String, tap: FrameTap, configuration: RecordingsConfiguration,
        counters: RecordingCounters = RecordingCounters()
    ) throws -> RecordingArchive {
        try RecordingFolder.prepare(directory)
        let ids = RecordingFolder.ids(in: directory)
        var storedBytes: UInt64 = 0
        for id in ids {
            let folder = RecordingFolder(directory, id)
            if InterruptedRecording.close(folder) { counters.add(.interrupted) }
            storedBytes += folder.byteCount
        }
        let recorder = Recorder(
            directory: directory, tap: tap, configuration: configuration, counters: counters, storedBytes: storedBytes,
            lastID: ids.first)
        return try RecordingArchive(directory: directory, recorder: recorder)
    }

    /// Starts the recorder.
    public func start() throws(DedicatedThread.CreationError) { try recorder.start() }

    /// Closes what runs, and ends both threads.
    public func stop() async {
        await recorder.stop()
        await threads.stop()
        await courier.stop()
    }

    /// Recordings, the newest first.
    /// - Parameters:
    ///   - before: the last one of the page before.
    ///   - isWanted: by room and by those who speak or answered in it. On the archive's thread.
    public func list(
        before: RecordingID?, limit: Int, where isWanted: @escaping @Sendable (RecordingManifest) -> Bool
    ) async throws(Failure) -> (recordings: [RecordingManifest], hasMore: Bool) {
        try await run { directory throws(Failure) in
            var found: [RecordingManifest] = []
            for id in RecordingFolder.ids(in: directory) where before.map({ id < $0 }) ?? true {
                guard let manifest = Self.manifest(id, directory), isWanted(manifest) else { continue }
                if found.count == limit { return (found, true) }
                found.append(manifest)
            }
            return (found, false)
        }
    }

    public func manifest(_ id: RecordingID) async throws(Failure) -> RecordingManifest {
        try await run { directory throws(Failure) in
            guard let manifest = Self.manifest(id, directory) else { throw .notFound }
            return manifest
        }
    }

    /// Part of a speaker's file, or of the manifest (`track` nil), at most
    /// ``RecordingsConfiguration/chunkBytesMax``.
    public func read(
        _ id: RecordingID, track: Int?, from offset: UInt64, countMax: Int
    ) async throws(Failure) -> Chunk {
        try await run { directory throws(Failure) in
            let folder = RecordingFolder(directory, id)
            let path = track.map(folder.trackPath) ?? folder.manifestPath
            let count = min(max(0, countMax), RecordingsConfiguration.chunkBytesMax)
            do throws(RecordingFileError) {
                let (bytes, fileByteCount) = try RecordingFile.read(path, from: offset, countMax: count)
                return Chunk(bytes: bytes, fileByteCount: fileByteCount)
            } catch {
                throw error.isAbsence ? Failure.notFound : .file(error)
            }
        }
    }

    /// Deletes a recording with all its files.
    public func delete(_ id: RecordingID) async throws(Failure) {
        try await run { [recorder] directory throws(Failure) in
            guard Self.manifest(id, directory) != nil else { throw .notFound }
            guard !recorder.running.contains(id) else { throw .isRunning }
            try Self.delete(id, directory, recorder)
            recorder.counters.add(.deleted)
        }
    }

    /// Deletes recordings that are older than their room keeps them.
    /// - Parameter days: of a room; nil: for ever.
    /// - Returns: how many went.
    public func expire(
        at milliseconds: Int64, days: @escaping @Sendable (RoomID) -> Int?
    ) async throws(Failure) -> Int {
        try await run { [recorder] directory throws(Failure) in
            var count = 0
            for id in RecordingFolder.ids(in: directory) where !recorder.running.contains(id) {
                guard let manifest = Self.manifest(id, directory), let days = days(manifest.room),
                    manifest.endedAt ?? manifest.startedAt < milliseconds - Int64(days) * 86_400_000
                else { continue }
                try Self.delete(id, directory, recorder)
                count += 1
            }
            recorder.counters.add(.expired, UInt64(count))
            return count
        }
    }

    /// Takes a person out of every recording: their files, and their name in the manifests.
    /// - Returns: how many recordings they were in.
    public func forget(_ user: UserID) async throws(Failure) -> Int {
        recorder.forget(user)
        return try await run { [recorder] directory throws(Failure) in
            var count = 0
            for id in RecordingFolder.ids(in: directory) where !recorder.running.contains(id) {
                guard var manifest = Self.manifest(id, directory), let tracks = manifest.forget(user) else { continue }
                let folder = RecordingFolder(directory, id)
                let bytesBefore = folder.byteCount
                for track in tracks { folder.deleteTrack(track) }
                do throws(RecordingFileError) { try folder.write(manifest) } catch { throw Failure.file(error) }
                recorder.noteDeleted(bytes: bytesBefore - min(bytesBefore, folder.byteCount))
                count += 1
            }
            return count
        }
    }

    private static func manifest(_ id: RecordingID, _ directory: String) -> RecordingManifest? {
        try? RecordingFolder(directory, id).manifest()
    }

    private static func delete(_ id: RecordingID, _ directory: String, _ recorder: Recorder) throws(Failure) {
        let folder = RecordingFolder(directory, id)
        let byteCount = folder.byteCount
        do throws(RecordingFileError) { try folder.delete() } catch { throw .file(error) }
        recorder.noteDeleted(bytes: byteCount)
    }

    private func run<Output: Sendable>(
        _ body: @escaping @Sendable (String) throws(Failure) -> Output
    ) async throws(Failure) -> Output {
        let outcome: Result<Output, Failure>
        do {
            outcome = try await threads.run { [directory] _ in
                Result { () throws(Failure) in try body(directory) }
            }
        } catch {
            throw .busy
        }
        return try outcome.get()
    }
}
