/// Who has how many passwords waiting to be hashed: one address cannot fill the queue that all share. Pure.
struct HashingPlaces {
    private var counts: [String: Int] = [:]

    /// Takes a place; false if the address has as many as it may. Whoever took one gives it back with ``leave(_:)``.
    mutating func enter(_ address: String, max perAddressMax: Int) -> Bool {
        guard counts[address, default: 0] < perAddressMax else { return false }
        counts[address, default: 0] += 1
        return true
    }

    mutating func leave(_ address: String) {
        guard let count = counts[address] else { return }
        counts[address] = count > 1 ? count - 1 : nil
    }
}
