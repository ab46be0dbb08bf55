/// A dense list of 16-bit ids with room for all of them; removal swaps the last one in.
///
/// Memory is reserved once and touched only as far as the list has ever been long.
@safe struct IdentifierList: ~Copyable {
    private let ids: UnsafeMutablePointer<UInt16>
    private(set) var count = 0

    init() { unsafe ids = .allocate(capacity: 1 << 16) }

    deinit { unsafe ids.deallocate() }

    subscript(index: Int) -> UInt16 { unsafe ids[index] }

    /// Adds an id and says where it stands.
    mutating func append(_ id: UInt16) -> Int {
        unsafe ids[count] = id
        count += 1
        return count - 1
    }

    /// Removes what stands at `index`; the id that takes its place, if another does.
    mutating func remove(at index: Int) -> UInt16? {
        count -= 1
        guard index < count else { return nil }
        unsafe ids[index] = ids[count]
        return unsafe ids[index]
    }
}
