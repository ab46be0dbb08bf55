import ControlWire
import RoomClient
import TalkInterface
import TerminalUI
import VoiceClient
import VoiceSealing

/// What is asked of the server, and what is said to it.
extension ClientShell {
    func ask(_ request: Request) {
        if queue.add(request) {
            askMore()
        } else {
            let error = RoomClientError(
                .requestsOutstandingMax, "\(RequestQueue.waitingMax) requests to the server are waiting already.")
            Task { handle(.answered(request, .failure(error))) }
        }
    }

    private func askMore() {
        while let request = queue.next() {
            let (client, userID) = (client, model.account?.userID)
            let wishes = Request.VoiceWishes(
                ciphers: VoiceCipher.available.map(\.rawValue),
                bundleBytesMax: { VoiceEngineConfiguration().bundleBytesMax(towards: $0) })
            Task {
                let result: Result<Answer, RoomClientError>
                do throws(RoomClientError) {
                    guard let client, let userID else {
                        throw RoomClientError(.closed, "there is no connection to the server now.")
                    }
                    result = .success(
                        try await request.answer(from: client, userID: userID, voice: wishes) { message in
                            await self.handle(.announcement(ControlEnvelope(message: message)))
                        })
                } catch {
                    result = .failure(error)
                }
                queue.finish(request)
                askMore()
                if queue.isIdle { releaseLeaver() }
                handle(.answered(request, result))
            }
        }
    }

    /// What was asked before the person left is still done where the server answers soon: the last messages, and to leave voice. The
    /// voice socket's own goodbye may come after the end of the connection, and then others are told that it was lost.
    func finishRequests() async {
        guard !queue.isIdle else { return }
        let impatience = Task {
            guard (try? await Task.sleep(for: Self.leavingPatience)) != nil else { return }
            releaseLeaver()
        }
        await withCheckedContinuation { leaver = $0 }
        impatience.cancel()
    }

    private func releaseLeaver() {
        leaver?.resume()
        leaver = nil
    }

    private static let leavingPatience: Duration = .seconds(1)

    /// In order, until the end. What finds no connection is dropped: it is said again when there is one.
    func sendMessages() async {
        for await message in toSend { try? await client?.send(message) }
    }

    /// Asks the person whether a certificate is right.
    func confirm(_ trust: ServerTrust) async -> Bool {
        guard !isOver else { return false }
        trustWaiter?.resume(returning: false)
        return await withCheckedContinuation { waiter in
            trustWaiter = waiter
            handle(.fingerprint(trust.fingerprint.description))
        }
    }
}
