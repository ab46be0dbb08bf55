/// The mixes that the archive's thread is making. Owned by that thread.
final class Mixdowns {
    private var current: (id: RecordingID, mixdown: Mixdown)?

    /// The one of a recording, begun if there is none; nil where none is wanted. Another one is given up.
    func mixdown(_ id: RecordingID, in folder: RecordingFolder) throws(Mixdown.Failure) -> Mixdown? {
        if let current, current.id == id { return current.mixdown }
        let manifest: RecordingManifest?
        do throws(RecordingFileError) { manifest = try folder.manifest() } catch {
            if error.isAbsence { return nil }
            throw .file(error)
        }
        guard let manifest, manifest.needsMix else { return nil }
        let mixdown = try Mixdown(manifest, folder)
        current = (id, mixdown)
        return mixdown
    }

    /// The recording is gone, has changed, or has its mix.
    func end(_ id: RecordingID) {
        if current?.id == id { current = nil }
    }
}

extension RecordingArchive {
    /// A mix that could not be made: its recording stays, and its manifest says so.
    public struct MixFailure: Equatable, Sendable {
        public let recording: RecordingID
        /// For people.
        public let reason: String
        /// Times that it was tried, over all starts.
        public let attempts: Int
        /// Whether the next start does not try again.
        public var isGivenUp: Bool { attempts >= RecordingsConfiguration.mixAttemptsMax }
    }

    /// How far a mix was made.
    enum MixStep: Equatable {
        case unfinished, ended
        case failed(MixFailure)
    }

    /// Processor time for which the archive's thread mixes before it looks after what others want.
    private static let sliceDuration = Duration.milliseconds(50)
    /// Between two looks at the clock: half a second of sound.
    private static let sliceTicks = 25
    /// How long a mix waits while more ask the archive than may.
    private static let busyPause = Duration.milliseconds(200)

    /// Makes the mixes that are wanted, one after the other, until the task is cancelled. Once.
    /// - Parameter tell: takes those that could not be made.
    public func makeMixes(tell: @Sendable (MixFailure) -> Void) async {
        for await id in mixesWanted {
            while !Task.isCancelled {
                do throws(Failure) {
                    let step = try await mix(id)
                    if case .failed(let failure) = step { tell(failure) }
                    guard step == .unfinished else { break }
                } catch {
                    guard error == .busy else { break }
                    // Cancelled: the loop ends.
                    try? await Task.sleep(for: Self.busyPause)
                }
            }
        }
    }

    /// A recording has ended: its mix is made if it is to have one. Any thread.
    public func wantMix(_ id: RecordingID) { mixesWantedSource.yield(id) }

    /// Makes a piece of a recording's mix.
    func mix(_ id: RecordingID) async throws(Failure) -> MixStep {
        try await run { [recorder] mixdowns, directory throws(Failure) in
            let folder = RecordingFolder(directory, id)
            do throws(Mixdown.Failure) {
                guard let mixdown = try mixdowns.mixdown(id, in: folder) else { return .ended }
                guard recorder.hasRoom(for: mixdown.byteCount) else {
                    recorder.counters.add(.mixLimitHit)
                    throw .noRoom
                }
                guard try Self.advance(mixdown) else { return .unfinished }
                mixdowns.end(id)
                try Self.keep(mixdown, folder)
                recorder.noteStored(change: Int64(clamping: mixdown.byteCount))
                recorder.counters.add(.mixesMade)
                return .ended
            } catch {
                mixdowns.end(id)
                folder.deleteMix()
                return .failed(Self.noteFailure(error, of: id, folder, recorder.counters))
            }
        }
    }

    /// Mixes for a slice of time. True when the mix is whole.
    private static func advance(_ mixdown: Mixdown) throws(Mixdown.Failure) -> Bool {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < sliceDuration {
            if try mixdown.advance(ticks: sliceTicks) { return true }
        }
        return false
    }

    /// Where not even the manifest can be written, the mix stays as it was: the next start tries again.
    private static func noteFailure(
        _ error: Mixdown.Failure, of id: RecordingID, _ folder: RecordingFolder, _ counters: RecordingCounters
    ) -> MixFailure {
        var attempts = 1
        if var manifest = try? folder.manifest() {
            attempts = manifest.noteMixFailure(error.reason)
            try? folder.write(manifest)
        }
        let failure = MixFailure(recording: id, reason: error.reason, attempts: attempts)
        counters.add(.mixesFailed)
        if failure.isGivenUp { counters.add(.mixesGivenUp) }
        return failure
    }

    private static func keep(_ mixdown: Mixdown, _ folder: RecordingFolder) throws(Mixdown.Failure) {
        do throws(RecordingFileError) {
            var manifest = try folder.manifest()
            manifest?.mix = mixdown.entry
            if let manifest { try folder.write(manifest) }
        } catch {
            throw .file(error)
        }
    }
}
