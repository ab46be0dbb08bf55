import Logging
import ServiceLifecycle
import VoiceStateCache

/// Ends the cache of voice when nobody can be in voice any more: what it wrote elsewhere goes with it.
struct CacheService: Service {
    let cache: any VoiceStateCache
    let logger: Logger

    func run() async {
        try? await gracefulShutdown()
        await cache.stop()
        let figures = cache.figures
        guard figures.condition != .inMemory else { return }
        logger.info(
            "cache ended",
            metadata: [
                "changes": "\(figures.changes)", "coalesced": "\(figures.coalesced)", "written": "\(figures.written)",
                "overflows": "\(figures.overflows)", "filled": "\(figures.filled)", "refused": "\(figures.refused)",
                "lost": "\(figures.lost)", "connectFailed": "\(figures.connectFailed)",
            ])
    }
}
