import Glibc

/// Where a recording's files are: `DIRECTORY/NUMBER/`, all names numbers, so that nothing that people chose is part of a path.
struct RecordingFolder {
    static let manifestName = "manifest.json"
    static let mixName = "mix.opus"
    /// Room for the last manifest when nothing else is left on the disk.
    private static let reserveName = "reserve"
    private static let reserveBytes: off_t = 65_536

    let path: String

    init(_ directory: String, _ id: RecordingID) { path = "\(directory)/\(id.rawValue)" }

    var manifestPath: String { "\(path)/\(Self.manifestName)" }

    func trackPath(_ number: Int) -> String { "\(path)/\(number).opus" }

    var mixPath: String { "\(path)/\(Self.mixName)" }

    /// Where a mix is written before it is whole.
    var unfinishedMixPath: String { mixPath + ".new" }

    func make() throws(RecordingFileError) {
        guard unsafe mkdir(path, 0o700) == 0 else { throw RecordingFileError(path) }
        let descriptor = unsafe open("\(path)/\(Self.reserveName)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw RecordingFileError(path) }
        defer { close(descriptor) }
        let failure = posix_fallocate(descriptor, 0, Self.reserveBytes)
        guard failure == 0 || failure == EINVAL || failure == EOPNOTSUPP else {
            errno = failure
            throw RecordingFileError(path)
        }
    }

    func releaseReserve() { _ = unsafe unlink("\(path)/\(Self.reserveName)") }

    func write(_ manifest: RecordingManifest) throws(RecordingFileError) {
        try RecordingFile.replace(manifestPath, with: manifest.json)
    }

    func manifest() throws(RecordingFileError) -> RecordingManifest? {
        let (bytes, byteCount) = try RecordingFile.read(manifestPath, from: 0, countMax: RecordingManifest.bytesMax)
        return bytes.count == byteCount ? RecordingManifest(json: bytes) : nil
    }

    func deleteTrack(_ number: Int) { _ = unsafe unlink(trackPath(number)) }

    /// Puts the mix that is whole in its place.
    func keepMix() throws(RecordingFileError) {
        guard unsafe rename(unfinishedMixPath, mixPath) == 0 else { throw RecordingFileError(mixPath) }
    }

    func deleteMix() {
        _ = unsafe unlink(unfinishedMixPath)
        _ = unsafe unlink(mixPath)
    }

    /// Takes the folder away with the files that the recorder made in it.
    func delete() throws(RecordingFileError) {
        for name in Self.names(in: path) { _ = unsafe unlink("\(path)/\(name)") }
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw RecordingFileError(path) }
    }

    var exists: Bool { unsafe access(path, F_OK) == 0 }

    var byteCount: UInt64 {
        Self.names(in: path).reduce(0) { sum, name in
            var status = stat()
            return unsafe stat("\(path)/\(name)", &status) == 0 ? sum + UInt64(status.st_size) : sum
        }
    }

    /// The recordings of a directory, the newest first. Whatever else lies there is passed over.
    static func ids(in directory: String) -> [RecordingID] {
        names(in: directory).compactMap { name in
            UInt64(name).flatMap { String($0) == name ? RecordingID(rawValue: $0) : nil }
        }.sorted(by: >)
    }

    /// Makes the directory for its owner only, if it is not there.
    static func prepare(_ directory: String) throws(RecordingFileError) {
        guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw RecordingFileError(directory) }
    }

    /// Bytes that the file system has left for us; nil where it does not say.
    static func freeByteCount(of directory: String) -> UInt64? {
        var figures = statvfs()
        guard unsafe statvfs(directory, &figures) == 0 else { return nil }
        return UInt64(figures.f_bavail) &* UInt64(figures.f_frsize)
    }

    private static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
