import ControlWire
import Identifiers
import KeyInput
import Permissions
import RoomClient
import SpeechProcessing
import TalkInterface
import TerminalUI
import VoiceClient
import VoiceWire

/// Models worth looking at: a house with rooms, people, a conversation and voice.
enum Stage {
    /// Sunday 22 November 2026, 21:00 UTC.
    static let evening: Int64 = 1_795_381_200_000

    static func empty(columns: Int, rows: Int, colors: Settings.Colors = .dark) -> Desk {
        var settings = Settings()
        settings.colors = colors
        return Desk(settings: settings, columns: columns, rows: rows)
    }

    /// Logged in as ada, looking at # General with a conversation in it.
    static func chat(columns: Int, rows: Int, colors: Settings.Colors = .dark) -> Desk {
        let desk = empty(columns: columns, rows: rows, colors: colors)
        let grant = AccountGrant(username: "ada", role: .moderator)
        desk.send(.loggedIn(LoggedInAccount(userID: ada, grant: grant, greeting: "hello")))
        desk.answer(.users, .users(people))
        desk.answer(
            .unread,
            .unread([
                UnreadSummary(
                    conversation: .direct(UserID(rawValue: 4)), name: "דנה", unreadCount: 1, mentionCount: 1,
                    lastReadID: nil, lastMessageID: nil, lastChangeID: nil)
            ]))
        desk.answer(.rooms, .rooms(rooms))
        for room in rooms where room.isMember { desk.join(room) }
        desk.answer(.members(RoomID(rawValue: 1)), .users(people))
        converse(desk)
        return desk
    }

    static let people = [
        user(1, "ada"), user(2, "bob"), user(3, "Cy Young"), user(4, "דנה"), user(5, "漢字さん"), user(6, "Zoë"),
        user(7, "grace", isOnline: false),
    ]

    static let rooms: [RoomDetails] = {
        var general = room(1, "General", permissions: .all)
        general.topic = "everything and nothing"
        general.presentCount = 5
        general.voiceCount = 3
        var garden = room(2, "Garden")
        garden.description = "plants, mostly"
        garden.presentCount = 2
        var quiet = room(3, "Quiet", isMember: false)
        quiet.kind = .private
        quiet.isPasswordProtected = true
        quiet.topic = "ask Zoë for the password"
        return [garden, general, quiet]
    }()

    /// Bob writes in General, or in Garden (2), so many minutes after nine.
    static func say(
        _ text: String, id: UInt64, minutes: Int64, in room: UInt64 = 1, mentions: [UserID] = [], to desk: Desk
    ) {
        desk.hear(
            .roomMessage(
                roomID: RoomID(rawValue: room), senderUsername: "bob", content: text,
                details: MessageDetails(
                    messageID: MessageID(rawValue: id), sentAt: evening + minutes * 60_000, mentions: mentions)),
            from: bob)
    }

    private static func converse(_ desk: Desk) {
        let place = Conversation.room(RoomID(rawValue: 1))
        func said(
            _ id: UInt64, _ minutes: Int64, _ author: UInt64, _ text: String, reply: UInt64? = nil,
            mentions: [UInt64] = []
        ) -> ChatMessage {
            ChatMessage(
                id: MessageID(rawValue: id), conversation: place, authorID: UserID(rawValue: author),
                author: people[Int(author) - 1].username, content: text, sentAt: evening + minutes * 60_000,
                replyTo: reply.map { MessageID(rawValue: $0) }, mentions: mentions.map { UserID(rawValue: $0) })
        }
        var edited = said(4, -30, 2, "The microphone of mine hums, sorry. I will turn its gain down a little.")
        edited.editedAt = evening
        edited.changeID = ChangeID(rawValue: 1)
        var deleted = said(6, -20, 6, "")
        deleted.deletedAt = evening
        deleted.changeID = ChangeID(rawValue: 2)
        let messages = [
            said(1, -1_440, 3, "Who is here on Sunday evening?"), said(2, -1_439, 1, "I am, from nine on."),
            said(3, -40, 5, "今晩は。来週の予定を決めましょう。"), edited,
            said(5, -25, 4, "שלום לכולם, הפגישה ב-21:30 בחדר General (לא Garden)."), deleted,
            said(7, -12, 2, "@ada the notes are at https://example.org/notes?week=47.", mentions: [1]),
            said(8, -10, 1, "Thanks! Zoë will like them 👩🏽‍🚀", reply: 7),
        ]
        let page = HistoryPage(conversation: place, messages: messages, hasMore: false)
        // From Garden, the first in the list.
        desk.press(.tab)
        desk.answer(
            .history(HistoryRequest(conversation: place, limit: 50), .newest), .history(page))
    }

    /// In General's voice with two others, of whom bob speaks.
    static func voice(columns: Int, rows: Int, colors: Settings.Colors = .dark) -> Desk {
        let desk = chat(columns: columns, rows: rows, colors: colors)
        let place = RoomID(rawValue: 1)
        var muted = VoiceUserState(userID: UserID(rawValue: 3), username: "Cy Young", isMuted: true, voiceID: 3)
        muted.isPrioritySpeaker = true
        let state = ControlMessage.roomVoiceState(
            roomID: place,
            users: [
                VoiceUserState(userID: bob, username: "bob", isSpeaking: true, voiceID: 2), muted,
                VoiceUserState(userID: ada, username: "ada", voiceID: 7),
            ])
        desk.press(.function(5))
        var grant = VoiceGrant(udpPort: 8_081, sessionToken: "00")
        grant.voiceID = 7
        grant.roomID = place
        desk.answer(.voice(place), .voice(grant, host: "127.0.0.1", tunnelPort: nil))
        desk.hear(state)
        desk.send(.engine(.connected))
        desk.wait(.seconds(10))
        desk.send(.statistics(statistics(received: 10)))
        desk.wait(.seconds(4))
        desk.send(.statistics(statistics(received: 300)))
        return desk
    }

    private static func statistics(received: UInt64) -> VoiceStatistics {
        var statistics = VoiceStatistics()
        statistics.isConnected = true
        statistics.mode = .pushToTalk
        statistics.inputLevel = 31
        statistics.roundTripMilliseconds = 24
        var talker = VoiceStatistics.Talker(
            voice: VoiceID(rawValue: 2), isSpeaking: true, level: 22, playoutDelayMilliseconds: 41,
            jitterMilliseconds: 3)
        talker.reception.framesReceived = received
        talker.reception.samplesPlayed = received * 960
        statistics.talkers = [talker]
        statistics.counters.framesReceived = received
        statistics.counters.datagramsReceived = received
        return statistics
    }
}
