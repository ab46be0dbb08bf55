/// The mixes that the archive's thread is making. Owned by that thread.
final class Mixdowns {
    private var current: (id: RecordingID, mixdown: Mixdown)?

    /// The one of a recording, begun if there is none; nil where none is wanted. Another one is given up.
    func mixdown(_ id: RecordingID, in folder: RecordingFolder) throws(Mixdown.Failure) -> Mixdown? {
        if let current, current.id == id { return current.mixdown }
        guard let manifest = try? folder.manifest(), manifest.needsMix else { return nil }
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
    /// How far a mix was made.
    enum MixStep { case unfinished, ended }

    /// Processor time for which the archive's thread mixes before it looks after what others want.
    private static let sliceDuration = Duration.milliseconds(50)
    /// Between two looks at the clock: half a second of sound.
    private static let sliceTicks = 25
    /// How long a mix waits while more ask the archive than may.
    private static let busyPause = Duration.milliseconds(200)

    /// Makes the mixes that are wanted, one after the other, until the task is cancelled. Once.
    public func makeMixes() async {
        for await id in mixesWanted {
            while !Task.isCancelled {
                do throws(Failure) {
                    guard try await mix(id) == .unfinished else { break }
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
                    mixdowns.end(id)
                    folder.deleteMix()
                    return .ended
                }
                guard try Self.advance(mixdown) else { return .unfinished }
                mixdowns.end(id)
                try Self.keep(mixdown, folder)
                recorder.noteStored(change: Int64(clamping: mixdown.byteCount))
                recorder.counters.add(.mixesMade)
            } catch {
                // It stays wanted, for the next start.
                recorder.counters.add(.mixesFailed)
                mixdowns.end(id)
                folder.deleteMix()
            }
            return .ended
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
