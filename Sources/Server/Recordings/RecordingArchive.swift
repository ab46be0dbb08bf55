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
    /// Recordings whose mix may be to be made; ``makeMixes(tell:)`` takes them. As many wait as there are recordings.
    let mixesWanted: AsyncStream<RecordingID>
    let mixesWantedSource: AsyncStream<RecordingID>.Continuation
    private let directory: String
    private let courier: Courier
    private let threads: WorkThreads<Mixdowns>

    private init(directory: String, recorder: Recorder) throws {
        self.directory = directory
        self.recorder = recorder
        (mixesWanted, mixesWantedSource) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        courier = try Courier()
        threads = try WorkThreads(
            name: "recordings", threadCount: 1, waitingMax: Self.waitingMax,
            scheduling: ThreadScheduling(isBatch: true),
            courier: courier
        ) { Mixdowns() }
    }

    /// Opens the directory, which is made if it is not there, and closes the recordings that a crash left open. Blocks.
    public static func open(
        directory: String, tap: FrameTap, configuration: RecordingsConfiguration,
        counters: RecordingCounters = RecordingCounters()
    ) throws -> RecordingArchive {
        try RecordingFolder.prepare(directory)
        let ids = RecordingFolder.ids(in: directory)
        var storedBytes: UInt64 = 0
        var unmixed: [RecordingID] = []
        for id in ids {
            let folder = RecordingFolder(directory, id)
            if InterruptedRecording.close(folder) { counters.add(.interrupted) }
            if (try? folder.manifest())??.needsMix == true {
                folder.deleteMix()
                unmixed.append(id)
            }
            storedBytes += folder.byteCount
        }
        let recorder = Recorder(
            directory: directory, tap: tap, configuration: configuration, counters: counters, storedBytes: storedBytes,
            storedCount: ids.count, lastID: ids.first)
        let archive = try RecordingArchive(directory: directory, recorder: recorder)
        for id in unmixed { archive.wantMix(id) }
        return archive
    }

    /// Requests that the thread has not taken up yet.
    var waitingCount: Int { threads.waitingCount }

    /// Starts the recorder.
    public func start() throws(DedicatedThread.CreationError) { try recorder.start() }

    /// Closes what runs, and ends both threads.
    public func stop() async {
        mixesWantedSource.finish()
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
        try await run { _, directory throws(Failure) in
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
        try await run { _, directory throws(Failure) in
            guard let manifest = Self.manifest(id, directory) else { throw .notFound }
            return manifest
        }
    }

    /// Part of a speaker's file, of the mix (`track` 0), or of the manifest (nil), at most
    /// ``RecordingsConfiguration/chunkBytesMax``.
    public func read(
        _ id: RecordingID, track: Int?, from offset: UInt64, countMax: Int
    ) async throws(Failure) -> Chunk {
        try await run { _, directory throws(Failure) in
            let folder = RecordingFolder(directory, id)
            let path =
                switch track {
                case nil: folder.manifestPath
                case 0: folder.mixPath
                case .some(let number): folder.trackPath(number)
                }
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
        try await run { [recorder] mixdowns, directory throws(Failure) in
            guard Self.manifest(id, directory) != nil else { throw .notFound }
            guard !recorder.running.contains(id) else { throw .isRunning }
            mixdowns.end(id)
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
        try await run { [recorder] mixdowns, directory throws(Failure) in
            var count = 0
            for id in RecordingFolder.ids(in: directory) where !recorder.running.contains(id) {
                guard let manifest = Self.manifest(id, directory), let days = days(manifest.room),
                    manifest.endedAt ?? manifest.startedAt < milliseconds - Int64(days) * 86_400_000
                else { continue }
                mixdowns.end(id)
                try Self.delete(id, directory, recorder)
                count += 1
            }
            recorder.counters.add(.expired, UInt64(count))
            return count
        }
    }

    /// Takes a person out of every recording: their files, their name in the manifests, and the mixes that they are in, which are
    /// made anew without them.
    /// - Returns: how many recordings they were in.
    public func forget(_ user: UserID) async throws(Failure) -> Int {
        recorder.forget(user)
        return try await run { [recorder, mixesWantedSource] mixdowns, directory throws(Failure) in
            var count = 0
            for id in RecordingFolder.ids(in: directory) where !recorder.running.contains(id) {
                guard var manifest = Self.manifest(id, directory), let tracks = manifest.forget(user) else { continue }
                let folder = RecordingFolder(directory, id)
                let bytesBefore = folder.byteCount
                for track in tracks { folder.deleteTrack(track) }
                if manifest.needsMix {
                    mixdowns.end(id)
                    folder.deleteMix()
                }
                do throws(RecordingFileError) { try folder.write(manifest) } catch { throw Failure.file(error) }
                if manifest.needsMix { mixesWantedSource.yield(id) }
                recorder.noteStored(change: -Int64(clamping: bytesBefore - min(bytesBefore, folder.byteCount)))
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
        recorder.noteStored(change: -Int64(clamping: byteCount), deletedCount: 1)
    }

    func run<Output: Sendable>(
        _ body: @escaping @Sendable (Mixdowns, String) throws(Failure) -> Output
    ) async throws(Failure) -> Output {
        let outcome: Result<Output, Failure>
        do {
            outcome = try await threads.run { [directory] mixdowns in
                Result { () throws(Failure) in try body(mixdowns, directory) }
            }
        } catch {
            recorder.counters.add(.archiveBusy)
            throw .busy
        }
        return try outcome.get()
    }
}
