/// What proc(5) says of a whole process's memory.
public struct ResidentMemory: Codable, Equatable, Sendable {
    /// `VmRSS`: everything.
    public var bytes: Int
    /// `RssAnon`: heap and stacks, nobody else's.
    public var anonymousBytes: Int
    /// `RssFile`: the program and its libraries as far as they are in use; the kernel may drop and shares them.
    public var fileBytes: Int

    package init(bytes: Int, anonymousBytes: Int, fileBytes: Int) {
        self.bytes = bytes
        self.anonymousBytes = anonymousBytes
        self.fileBytes = fileBytes
    }
}
