import NIOCore

extension HTTPQuestion {
    /// All of a body, as far as it may be and in the time that it has.
    static func read(
        _ body: some AsyncSequence<ByteBuffer, any Error> & Sendable,
        within timeout: Duration = OperationsLimits.bodyTimeout
    ) async throws(BodyFailure) -> [UInt8] {
        do {
            return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
                group.addTask { Array(buffer: try await body.collect(upTo: OperationsLimits.bodyBytesMax)) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let bytes = try await group.next() ?? nil else { throw BodyFailure.tooSlow }
                return bytes
            }
        } catch let failure as BodyFailure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw .tooLong
        } catch {
            throw .lost
        }
    }
}
