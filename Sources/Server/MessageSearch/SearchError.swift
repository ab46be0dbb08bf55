/// Why a search found nothing to say. The description is one sentence for the person who searched.
public struct SearchError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The query cannot be carried out as written; the description says which part.
        case badQuery
        /// The query names a room or a person that is not there, or that the asker may not know of.
        case notFound
        /// It took longer than may be; a narrower query is needed.
        case timedOut
        /// Others are searching, or the asker's last search has not ended: again later.
        case busy
        /// The index or the store cannot be read just now, or the server is stopping.
        case unavailable
    }

    public let code: Code
    public let description: String
    /// With `busy`: when to try again.
    public let retryAfterMilliseconds: Int?

    init(_ code: Code, _ description: String, retryAfterMilliseconds: Int? = nil) {
        self.code = code
        self.description = description
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}
