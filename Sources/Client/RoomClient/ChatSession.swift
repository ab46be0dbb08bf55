/// A person's connection for text, made when it is needed and made again when it was lost, logged in each time.
///
/// Any task may call any of it; calls share one connection.
public actor ChatSession {
    public nonisolated let plan: ChatSessionPlan

    /// Whose session it is; nil before the first login.
    public private(set) var account: LoggedInAccount?

    private let startTime = ContinuousClock.now
    private var client: RoomClient?
    private var connecting: Task<Result<RoomClient, RoomClientError>, Never>?
    private var wasConnected = false
    private var isClosed = false

    public init(_ plan: ChatSessionPlan) { self.plan = plan }

    /// Does `work` over a connection that is logged in, again after a connection was lost and after the wait that a limit
    /// asks for, until the plan's patience is over; then the last error is thrown.
    ///
    /// What is not `isRepeatable` is done again only when the connection failed before it was asked for. The first
    /// connection is tried once.
    public func perform<Result: Sendable>(
        isRepeatable: Bool = true,
        _ work: @Sendable (RoomClient) async throws(RoomClientError) -> Result
    ) async throws(RoomClientError) -> Result {
        var backoff = ReconnectBackoff()
        let deadline = now + plan.patience
        while true {
            var wasAsked = false
            do throws(RoomClientError) {
                let client = try await connection()
                wasAsked = true
                return try await work(client)
            } catch {
                let policy = RetryPolicy(
                    isRepeatable: isRepeatable, wasConnected: wasConnected, waitsForLimits: plan.waitsForLimits,
                    deadline: deadline)
                guard
                    let delay = policy.delay(after: error, wasAsked: wasAsked, now: now, backoff: &backoff)
                else { throw error }
                if error.isOfConnection { await disconnect() }
                guard (try? await Task.sleep(for: delay)) != nil else { throw Self.cancelled }
            }
        }
    }

    /// The present connection, logged in; made now where there is none. Throws what made it fail, without a retry.
    public func connection() async throws(RoomClientError) -> RoomClient {
        guard !isClosed else { throw RoomClientError(.closed, "the session was closed.") }
        if let client, await client.closeReason == nil { return client }
        let task = connecting ?? Task { await self.connect() }
        connecting = task
        let result = await task.value
        if connecting == task { connecting = nil }
        return try result.get()
    }

    /// Ends the connection; a following call fails.
    public func close() async {
        isClosed = true
        await disconnect()
    }

    private func connect() async -> Result<RoomClient, RoomClientError> {
        client = nil
        do throws(RoomClientError) {
            let client = try await RoomClient.connect(to: plan.server, options: plan.options)
            do throws(RoomClientError) {
                account = try await logIn(client)
            } catch {
                await client.close()
                throw error
            }
            self.client = client
            wasConnected = true
            return .success(client)
        } catch {
            return .failure(error)
        }
    }

    private func logIn(_ client: RoomClient) async throws(RoomClientError) -> LoggedInAccount {
        switch plan.proof {
        case .password(let password): try await client.logIn(username: plan.username, password: password)
        case .sessionToken(let token): try await client.resume(sessionToken: token)
        }
    }

    private func disconnect() async {
        let client = client
        self.client = nil
        await client?.close()
    }

    private var now: Duration { ContinuousClock.now - startTime }

    private static let cancelled = RoomClientError(.cancelled, "interrupted.")
}
