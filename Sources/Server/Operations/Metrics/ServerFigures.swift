import ChatStore
import MessageSearch
import Rooms
import VoiceRelay

/// A reading of all that the server's parts know of themselves.
struct ServerFigures: Sendable {
    var relay: VoiceRelayFigures
    /// Rooms with anybody in voice.
    var rooms: [RoomVoiceFigures]
    var census: RoomDirectory.Census
    var events: [(event: ControlEvent, count: UInt64)]
    var messageLatency: LatencyCounter.Reading
    var messages: MessageLogFigures
    var search: SearchCounters
}

/// What the server's parts are asked through.
public struct ServerParts: Sendable {
    let relay: VoiceRelay
    let directory: RoomDirectory
    let administration: Administration
    let counters: ControlCounters
    let store: ChatStore
    let search: MessageSearch

    public init(services: MemberSession.Services, relay: VoiceRelay, store: ChatStore, search: MessageSearch) {
        self.relay = relay
        directory = services.directory
        administration = services.administration
        counters = services.counters
        self.store = store
        self.search = search
    }

    /// Reads atomics, asks each room in voice once, and takes the message log's lock for a moment. The relay notices nothing.
    func figures() async -> ServerFigures {
        ServerFigures(
            relay: relay.figures(), rooms: await directory.voiceFigures(), census: await directory.census,
            events: ControlEvent.allCases.map { ($0, counters[$0]) }, messageLatency: counters.messageLatency.reading,
            messages: store.messageLogFigures, search: search.counters)
    }
}

extension MetricFamily {
    /// All that the server's own parts measure.
    static func server(_ figures: ServerFigures, roomsMax: Int) -> [MetricFamily] {
        voice(figures.rooms, roomsMax: roomsMax) + relay(figures.relay) + control(figures.census, figures.events)
            + messages(figures.messageLatency, figures.messages) + search(figures.search)
    }
}
