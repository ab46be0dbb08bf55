import ControlWire
import Identifiers
import RoomClient
import TalkInterface
import TerminalSupport

extension Model {
    /// How long a line about something that happened is shown.
    package static let noticeLifetime: Duration = .seconds(6)
    /// Errors are read more slowly.
    package static let errorLifetime: Duration = .seconds(12)
    /// Lines that are kept at once; of more the oldest goes.
    package static let noticesMax = 4

    /// Takes what happened at `now` (monotonic, from a fixed start) and says what is to be done about it.
    package mutating func update(_ event: Event, now: Duration) -> [Effect] {
        guard !isQuitting else { return [] }
        self.now = now
        notices.removeAll { $0.until <= now }
        let effects = handle(event) + markReadIfSeen()
        for case .quit in effects { isQuitting = true }
        return effects
    }

    private mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .input(let input): return handle(input)
        case .resized(let columns, let rows):
            size = Size(columns: columns, rows: rows)
            return []
        case .line(let line): return submit(SafeText.lines(line))
        case .clock: return tick()
        case .terminated: return leaveVoice() + [.quit(nil)]
        case .connected, .fingerprint, .loggedIn, .announcement, .lost, .retrying, .ended: return handle(session: event)
        case .answered(let request, .success(let answer)): return take(answer, to: request)
        case .answered(let request, .failure(let error)): return fail(request, error)
        case .engine, .statistics, .voiceFailed, .globalKey, .globalKeyUnavailable: return handle(voice: event)
        case .devices, .microphoneTest, .settingsNotSaved: return handle(settings: event)
        case .problem(let why):
            note(why, isError: true)
            return []
        }
    }

    /// When ``Event/clock`` is wanted; nil: nothing moves by itself.
    package var deadline: Duration? {
        var times = notices.map(\.until)
        times += selectedState?.typists.map(\.until) ?? []
        if let seat, case .waiting(let until) = seat.state { times.append(until) }
        if let closesAt = pushToTalk.closesAt { times.append(closesAt) }
        // Seconds that are counted down on the screen.
        if case .down(let retryAt?, _) = link, retryAt > now { times.append(min(retryAt, now + .seconds(1))) }
        if owesReadMark, let markedAt = book.markedReadAt { times.append(markedAt + Self.readMarkInterval) }
        if !book.staleMembers.isEmpty { times.append((book.membersAskedAt ?? now) + Self.membersInterval) }
        return times.min()
    }

    private mutating func tick() -> [Effect] {
        for index in conversations.indices { conversations[index].typists.removeAll { $0.until <= now } }
        var effects = askStaleMembers()
        if let closesAt = pushToTalk.closesAt, now >= closesAt {
            pushToTalk.expire(now: now)
            effects += obeyTalkKey()
        }
        if let seat, case .waiting(let until) = seat.state, now >= until { effects += askForVoice() }
        return effects
    }

    // MARK: Words for the person

    mutating func note(_ text: String, isError: Bool = false, isRemoval: Bool = false) {
        let text = TerminalText.line(text)
        var notice = Notice(text: text, isError: isError, isRemoval: isRemoval, until: now)
        // The voice half may say the same again, as something ordinary.
        for old in notices where old.text == text {
            notice.isError = notice.isError || old.isError
            notice.isRemoval = notice.isRemoval || old.isRemoval
        }
        notice.until += notice.isError ? Self.errorLifetime : Self.noticeLifetime
        notices.removeAll { $0.text == text }
        // Before the new one, which is to be seen in any case, what weighs least goes first.
        if notices.count >= Self.noticesMax, let least = notices.map(\.weight).min(),
            let index = notices.firstIndex(where: { $0.weight == least })
        {
            notices.remove(at: index)
        }
        notices.append(notice)
    }

    /// The newest, below what weighs more and is older: nothing that has to be read is replaced by chatter. At most one
    /// of each weight.
    package var noticesShown: [Notice] {
        var shown: [Notice] = []
        for notice in notices.reversed() where notice.weight > (shown.last?.weight ?? -1) { shown.append(notice) }
        return shown.reversed()
    }

    mutating func complain(_ error: RoomClientError) { note(error.description, isError: true) }

    // MARK: Conversations by their place

    package var selectedState: ConversationState? { selected.flatMap { state(of: $0) } }

    package func state(of conversation: Conversation) -> ConversationState? {
        conversations.first { $0.conversation == conversation }
    }

    func index(of conversation: Conversation?) -> Int? {
        conversations.firstIndex { $0.conversation == conversation }
    }

    /// Changes the selected conversation; nothing when there is none.
    mutating func change(_ work: (inout ConversationState) -> Void) {
        if let index = index(of: selected) { work(&conversations[index]) }
    }

    mutating func change(_ conversation: Conversation, _ work: (inout ConversationState) -> Void) {
        if let index = index(of: conversation) { work(&conversations[index]) }
    }
}
