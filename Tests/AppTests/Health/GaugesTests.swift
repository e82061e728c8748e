import SQL
import Testing
import Web

@testable import App

/// What `/metrics` says of the site.
@Suite struct GaugesTests {
  @Test func theSiteIsCounted() async throws {
    try await withSite { (site) async throws in
      _ = try await site.person("alice")
      let now = site.clock.now
      try await site.database.write { connection in
        try FetchStore.wantNow(connection, .movie(1), now: now - 90_000_000)
        try JobStore.add(connection, ["housekeeping": now, "backup": now])
        while let name = try JobStore.claim(
          connection, among: ["backup", "housekeeping"], node: "a", now: now)
        {
          try JobStore.end(connection, name, node: "a", .done(every: 86_400), now: now - 3_600_000_000)
        }
      }
      let registry = MetricsRegistry()
      let gauges = Gauges(app: site.app, factory: registry)
      await gauges.refresh()
      let text = registry.text()
      for line in [
        "flixlist_accounts 4", "flixlist_sessions_active 1", "flixlist_fetch_queue_length 1",
        "flixlist_fetch_queue_age_seconds 90", "flixlist_fetches_failing 0",
        "flixlist_job_failures{job=\"housekeeping\"} 0", "flixlist_build_info{version=\"\(App.version)\"} 1",
        "flixlist_job_last_success_timestamp_seconds{job=\"housekeeping\"} \(now / 1_000_000 - 3_600)",
      ] { #expect(text.contains(line + "\n"), "\(line) in\n\(text)") }
      // Backups are off on a site of the tests.
      #expect(text.contains("flixlist_backup_age_seconds") == (site.app.config.backups != nil))
      // It is not read for each question.
      try await site.database.write { try FetchStore.wantNow($0, .movie(2), now: now) }
      await gauges.refresh()
      #expect(registry.text().contains("flixlist_fetch_queue_length 1\n"))
      site.clock.advance(seconds: Gauges.everySeconds + 1)
      await gauges.refresh()
      #expect(registry.text().contains("flixlist_fetch_queue_length 2\n"))
    }
  }

  @Test func theAgeOfTheNewestBackupIsSaidWhoeverMadeIt() async throws {
    try await withSite { (site) async throws in
      let now = site.clock.now
      try await site.database.write { connection in
        try JobStore.add(connection, ["backup": now])
        _ = try JobStore.claim(connection, among: ["backup"], node: "another", now: now)
        try JobStore.end(connection, "backup", node: "another", .done(every: 60), now: now - 7_200_000_000)
      }
      var config = site.app.config
      config.backups = site.folder + "/backups"
      let app = try App(
        config: config, database: site.database, meters: site.app.meters, logger: site.app.logger,
        clock: site.app.clock)
      let registry = MetricsRegistry()
      await Gauges(app: app, factory: registry).refresh()
      #expect(registry.text().contains("flixlist_backup_age_seconds 7200\n"))
      try await app.shutDown()
    }
  }
}
