"""What the dashboards show. make.py turns it into Grafana's JSON.

A panel names its unit as Grafana does (`s`, `bytes`, `reqps`, `percentunit`, …) and says in its description what to
make of it. `steps` are thresholds: the colour below the first is green unless the first step says otherwise.
"""

from dataclasses import dataclass, field


@dataclass
class Panel:
    title: str
    description: str
    unit: str
    queries: list  # of (expression, legend)
    kind: str = "timeseries"  # or stat, heatmap, table
    width: int = 8
    height: int = 7
    steps: list = field(default_factory=lambda: [(None, "green")])
    low: float | None = 0
    high: float | None = None
    decimals: int | None = None
    stacked: bool = False


@dataclass
class Variable:
    name: str
    label: str
    query: str


@dataclass
class Board:
    file: str
    title: str
    description: str
    variables: list
    rows: list  # of (title, [Panel])


def stat(title, description, unit, expression, **more):
    more = {"width": 4, "height": 4, "low": None} | more
    return Panel(title, description, unit, [(expression, "")], kind="stat", **more)


def graph(title, description, unit, *queries, **more):
    return Panel(title, description, unit, list(queries), **more)


NODE = 'job="flixlist",instance=~"$node"'
HTTP = f'{NODE},route!~"/healthz|/readyz"'
GOOD_HIGH = [(None, "red"), (0, "orange"), (0.25, "green")]

SERVICE = Board(
    "service", "FlixList: service",
    "Whether people get their pages, and how fast: rate, errors, duration, and what the process uses.",
    [Variable("node", "Node", 'label_values(up{job="flixlist"}, instance)')],
    [
        ("Objectives, 30 days", [
            stat("Answered without an error",
                 "Share of requests that were not answered with a 5xx. 99.9 % is promised.",
                 "percentunit", "1 - flixlist:failed_requests:ratio_rate30d", decimals=3,
                 steps=[(None, "red"), (0.999, "green")]),
            stat("Error budget left",
                 "What is left of the 0.1 % of requests that may fail; below 0 the promise is broken.",
                 "percentunit", "flixlist:availability:budget_left30d", decimals=1, steps=GOOD_HIGH),
            stat("Pages within 250 ms", "Share of pages that came within 250 ms. 99 % is promised.",
                 "percentunit", "1 - flixlist:slow_pages:ratio_rate30d", decimals=2,
                 steps=[(None, "red"), (0.99, "green")]),
            stat("Latency budget left", "What is left of the 1 % of pages that may be slow.",
                 "percentunit", "flixlist:latency:budget_left30d", decimals=1, steps=GOOD_HIGH),
            stat("Nodes that answer", "How many nodes Prometheus reaches.", "short", 'sum(up{job="flixlist"})',
                 steps=[(None, "red"), (1, "green")]),
            stat("Alerts", "How many alerts fire now, the watchdog left out.", "short",
                 'count(ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)',
                 steps=[(None, "green"), (1, "red")]),
        ]),
        ("Rate and errors", [
            graph("Requests by status", "Answered requests a second, without probes.", "reqps",
                  (f"sum by (status) (rate(flixlist_http_request_seconds_count{{{HTTP}}}[$__rate_interval]))",
                   "{{status}}"), stacked=True),
            graph("Errors by route", "Answers with a 5xx a second. Any at all is worth a look into the log.", "reqps",
                  ('sum by (route, status) (rate(flixlist_http_request_seconds_count{job="flixlist",'
                   'instance=~"$node",status=~"5.."}[$__rate_interval]))', "{{status}} {{route}}"),
                  steps=[(None, "green"), (0.01, "red")]),
            graph("Burn rate of the error budget",
                  "1 uses the budget up in exactly 30 days. Alerts: 14.4 over an hour, 6 over six hours.", "short",
                  ("flixlist:failed_requests:ratio_rate5m / 0.001", "5 minutes"),
                  ("flixlist:failed_requests:ratio_rate1h / 0.001", "1 hour"),
                  ("flixlist:failed_requests:ratio_rate6h / 0.001", "6 hours"),
                  ("flixlist:failed_requests:ratio_rate3d / 0.001", "3 days"),
                  steps=[(None, "green"), (1, "orange"), (14.4, "red")]),
            graph("Requests by route", "The ten busiest routes.", "reqps",
                  (f"topk(10, sum by (route) (rate(flixlist_http_request_seconds_count{{{HTTP}}}[$__rate_interval])))",
                   "{{route}}"), width=12),
            graph("Refused by us", "Answers with 4xx a second: not found, bad input, throttled.", "reqps",
                  ('sum by (status) (rate(flixlist_http_request_seconds_count{job="flixlist",instance=~"$node",'
                   'status=~"4.."}[$__rate_interval]))', "{{status}}"), width=12),
        ]),
        ("Duration", [
            graph("Percentiles", "Half, 95 and 99 of 100 requests are answered within this time.", "s",
                  *[(f"histogram_quantile({share}, sum by (le) (rate(flixlist_http_request_seconds_bucket"
                     f"{{{HTTP}}}[$__rate_interval])))", name)
                    for share, name in (("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99"))],
                  steps=[(None, "green"), (0.25, "red")]),
            graph("95th percentile by route", "The ten slowest routes.", "s",
                  ("topk(10, histogram_quantile(0.95, sum by (route, le) (rate(flixlist_http_request_seconds_bucket"
                   f"{{{HTTP}}}[$__rate_interval]))))", "{{route}}"), steps=[(None, "green"), (0.25, "red")]),
            graph("Time spent by route", "Seconds of answering a second: where the work is.", "s",
                  (f"topk(10, sum by (route) (rate(flixlist_http_request_seconds_sum{{{HTTP}}}[$__rate_interval])))",
                   "{{route}}"), stacked=True),
            Panel("Distribution", "How many requests took how long; a second band shows a second cause.", "s",
                  [(f"sum by (le) (increase(flixlist_http_request_seconds_bucket{{{HTTP}}}[$__rate_interval]))",
                    "{{le}}")], kind="heatmap", width=12, low=None),
            graph("Burn rate of the latency budget", "1 uses the budget of slow pages up in exactly 30 days.", "short",
                  ("flixlist:slow_pages:ratio_rate5m / 0.01", "5 minutes"),
                  ("flixlist:slow_pages:ratio_rate1h / 0.01", "1 hour"),
                  ("flixlist:slow_pages:ratio_rate6h / 0.01", "6 hours"),
                  ("flixlist:slow_pages:ratio_rate3d / 0.01", "3 days"),
                  steps=[(None, "green"), (1, "orange"), (14.4, "red")], width=12),
        ]),
        ("Database, as FlixList sees it", [
            graph("Transactions", "Reads and writes a second.", "ops",
                  (f"sum by (access) (rate(flixlist_database_seconds_count{{{NODE}}}[$__rate_interval]))",
                   "{{access}}")),
            graph("95th percentile", "Time of a transaction, waiting for its turn included.", "s",
                  ("histogram_quantile(0.95, sum by (access, le) (rate(flixlist_database_seconds_bucket"
                   f"{{{NODE}}}[$__rate_interval])))", "{{access}}"), steps=[(None, "green"), (0.25, "red")]),
            graph("Failures", "Transactions that failed, in ten minutes.", "short",
                  (f"sum by (instance) (increase(flixlist_database_errors_total{{{NODE}}}[10m]))", "{{instance}}"),
                  steps=[(None, "green"), (5, "red")]),
        ]),
        ("Process", [
            graph("Memory", "Resident memory. 96 MB is usual after load; 384 MB alerts.", "bytes",
                  (f"process_resident_memory_bytes{{{NODE}}}", "{{instance}}"),
                  steps=[(None, "green"), (402653184, "red")]),
            graph("Processor", "Cores in use by each node.", "short",
                  (f"rate(process_cpu_seconds_total{{{NODE}}}[$__rate_interval])", "{{instance}}")),
            graph("Requests under way", "Requests being answered. 64 for five minutes alerts.", "short",
                  (f"flixlist_http_requests_active{{{NODE}}}", "{{instance}}"), steps=[(None, "green"), (64, "red")]),
            graph("Open files", "File descriptors: connections, files, the database.", "short",
                  (f"process_open_fds{{{NODE}}}", "{{instance}}")),
            graph("Running for", "Time since each node was started; a step down is a restart.", "s",
                  (f"time() - process_start_time_seconds{{{NODE}}}", "{{instance}}")),
            Panel("Versions", "Which release each node runs. Two for long: a deploy stopped half way.", "short",
                  [(f"flixlist_build_info{{{NODE}}}", "")], kind="table", low=None),
        ]),
    ])

PRODUCT = Board(
    "product", "FlixList: what people do",
    "Accounts, plays, imports, and the work that is done for them: TMDB, jobs, backups.",
    [],
    [
        ("People", [
            stat("Accounts", "Accounts on this site.", "short", 'max(flixlist_accounts{job="flixlist"})', width=6),
            stat("Sessions of today", "Sessions that were used within a day.", "short",
                 'max(flixlist_sessions_active{job="flixlist"})', width=6),
            stat("Plays, 24 hours", "Plays recorded within a day.", "short",
                 'sum(increase(flixlist_plays_total{job="flixlist"}[24h]))', decimals=0, width=6),
            stat("Newest backup", "Age of the newest backup of any node. 26 hours alerts.", "s",
                 'min(flixlist_backup_age_seconds{job="flixlist"})', width=6,
                 steps=[(None, "green"), (93600, "orange"), (259200, "red")]),
            graph("Sign-ins", "Logins in five minutes. Many refused ones: somebody tries passwords.", "short",
                  ('sum by (result) (increase(flixlist_sign_ins_total{job="flixlist"}[5m]))', "{{result}}")),
            graph("Plays", "Plays recorded in five minutes.", "short",
                  ('sum(increase(flixlist_plays_total{job="flixlist"}[5m]))', "plays")),
            graph("Imports", "Imports over the web in an hour.", "short",
                  ('sum by (result) (increase(flixlist_imports_total{job="flixlist"}[1h]))', "{{result}}")),
            graph("Accounts over time", "How the site grows.", "short",
                  ('max(flixlist_accounts{job="flixlist"})', "accounts"), width=12),
            graph("Sessions over time", "Sessions that were used within a day.", "short",
                  ('max(flixlist_sessions_active{job="flixlist"})', "sessions"), width=12),
        ]),
        ("What is fetched from TMDB", [
            graph("Queue", "Titles that are due. After an import it may be thousands and goes down by itself.", "short",
                  ('max(flixlist_fetch_queue_length{job="flixlist"})', "waiting"),
                  ('max(flixlist_fetches_failing{job="flixlist"})', "failing"), width=6),
            graph("Waiting the longest", "Since when the oldest is due. Six hours alert.", "s",
                  ('max(flixlist_fetch_queue_age_seconds{job="flixlist"})', "oldest"),
                  steps=[(None, "green"), (21600, "red")], width=6),
            graph("Requests", "Requests to TMDB a second, all nodes. The budget is 35.", "reqps",
                  ('sum by (result) (rate(flixlist_tmdb_requests_total{job="flixlist"}[$__rate_interval]))',
                   "{{result}}"), width=6),
            graph("Share that fails", "Of the requests of a quarter of an hour. A half alerts.", "percentunit",
                  ('sum(increase(flixlist_tmdb_requests_total{job="flixlist",result="failed"}[15m])) '
                   '/ clamp_min(sum(increase(flixlist_tmdb_requests_total{job="flixlist"}[15m])), 1)', "failed"),
                  high=1, steps=[(None, "green"), (0.5, "red")], width=6),
        ]),
        ("Jobs", [
            graph("Since the last success", "How long ago each job was done: housekeeping and catalogue every ten "
                  "minutes, similar and backup daily.", "s",
                  ('time() - max by (task) (flixlist_job_last_success_timestamp_seconds{job="flixlist"})', "{{task}}")),
            graph("Failures in a row", "How often each job has failed since it was last done. Three alert.", "short",
                  ('max by (task) (flixlist_job_failures{job="flixlist"})', "{{task}}"),
                  steps=[(None, "green"), (3, "red")]),
            graph("Runs", "Runs in an hour.", "short",
                  ('sum by (task, result) (increase(flixlist_job_runs_total{job="flixlist"}[1h]))',
                   "{{task}} {{result}}")),
        ]),
    ])

DISK = 'job="node",instance=~"$host",fstype!~"tmpfs|ramfs|squashfs|nsfs"'
HOST_OF = 'job="node",instance=~"$host"'
WIRE = HOST_OF + ',device!="lo"'
PROCESS = 'job="process"'

HOST = Board(
    "host", "Host, processes and containers",
    "The machine below: processor, memory, disks, network, clock; and what each container or process takes of it.",
    [Variable("host", "Host", 'label_values(node_load1{job="node"}, instance)')],
    [
        ("Host", [
            graph("Processor", "Share of all cores by what they do. `iowait` is waiting for a disk.", "percentunit",
                  (f'avg by (mode) (rate(node_cpu_seconds_total{{{HOST_OF},mode!="idle"}}[$__rate_interval]))',
                   "{{mode}}"), stacked=True, high=1),
            graph("Load", "Processes that want a core, and how many cores there are.", "short",
                  (f"node_load1{{{HOST_OF}}}", "1 minute"), (f"node_load15{{{HOST_OF}}}", "15 minutes"),
                  (f'count by (instance) (node_cpu_seconds_total{{{HOST_OF},mode="idle"}})', "cores")),
            graph("Memory", "What can still be had, of all. Less than a tenth alerts.", "bytes",
                  (f"node_memory_MemAvailable_bytes{{{HOST_OF}}}", "available"),
                  (f"node_memory_MemTotal_bytes{{{HOST_OF}}}", "total")),
            graph("Free disk space", "Share that is free. 15 % and 5 % alert.", "percentunit",
                  (f"node_filesystem_avail_bytes{{{DISK}}} / node_filesystem_size_bytes", "{{mountpoint}}"), high=1,
                  steps=[(None, "red"), (0.05, "orange"), (0.15, "green")]),
            graph("Free inodes", "Share of files that can still be made.", "percentunit",
                  (f"node_filesystem_files_free{{{DISK}}} / (node_filesystem_files > 0)", "{{mountpoint}}"), high=1,
                  steps=[(None, "red"), (0.1, "green")]),
            graph("Disk transfer", "Bytes read and written a second.", "Bps",
                  (f"sum by (device) (rate(node_disk_read_bytes_total{{{HOST_OF}}}[$__rate_interval]))",
                   "{{device}} read"),
                  (f"sum by (device) (rate(node_disk_written_bytes_total{{{HOST_OF}}}[$__rate_interval]))",
                   "{{device}} written")),
            graph("Disk busy", "Share of the time in which the disk worked. Near 1 commits wait.", "percentunit",
                  (f"rate(node_disk_io_time_seconds_total{{{HOST_OF}}}[$__rate_interval])", "{{device}}"), high=1,
                  steps=[(None, "green"), (0.9, "red")]),
            graph("Network", "Bytes a second in and out, of each device but the loopback.", "Bps",
                  (f"sum by (device) (rate(node_network_receive_bytes_total{{{WIRE}}}[$__rate_interval]))",
                   "{{device}} in"),
                  (f"sum by (device) (rate(node_network_transmit_bytes_total{{{WIRE}}}[$__rate_interval]))",
                   "{{device}} out")),
            graph("Clock", "How far the clock is off. Half a second alerts.", "s",
                  (f"node_timex_offset_seconds{{{HOST_OF}}}", "{{instance}}"), low=None,
                  steps=[(None, "red"), (-0.5, "green"), (0.5, "red")]),
        ]),
        ("Processes (a machine without containers)", [
            graph("Processor by process", "Cores in use, all processes of a name together.", "short",
                  ("sum by (groupname) "
                   f"(rate(namedprocess_namegroup_cpu_seconds_total{{{PROCESS}}}[$__rate_interval]))",
                   "{{groupname}}")),
            graph("Memory by process", "Resident memory; pages that processes share count for each.", "bytes",
                  (f'namedprocess_namegroup_memory_bytes{{{PROCESS},memtype="resident"}}', "{{groupname}}")),
            graph("Processes", "How many there are of each name.", "short",
                  (f"namedprocess_namegroup_num_procs{{{PROCESS}}}", "{{groupname}}")),
        ]),
        ("Containers", [
            graph("Processor by container", "Cores in use, by the service of the compose file.", "short",
                  ('sum by (service) (rate(container_cpu_usage_seconds_total{job="cadvisor"}[$__rate_interval]))',
                   "{{service}}")),
            graph("Memory by container", "What cannot be taken back: the working set.", "bytes",
                  ('sum by (service) (container_memory_working_set_bytes{job="cadvisor"})', "{{service}}")),
            graph("Memory of its limit", "Share of the limit that is used. 90 % alerts.", "percentunit",
                  ('max by (service) (container_memory_working_set_bytes{job="cadvisor"} '
                   '/ (container_spec_memory_limit_bytes > 0))', "{{service}}"), high=1,
                  steps=[(None, "green"), (0.9, "red")]),
            graph("Held back", "Share of the periods in which a container wanted more processor than it may.",
                  "percentunit",
                  ('sum by (service) (increase(container_cpu_cfs_throttled_periods_total{job="cadvisor"}[5m])) '
                   '/ sum by (service) (increase(container_cpu_cfs_periods_total{job="cadvisor"}[5m]))',
                   "{{service}}"), high=1, steps=[(None, "green"), (0.5, "red")]),
            graph("Network by container", "Bytes a second, in and out.", "Bps",
                  ('sum by (service) (rate(container_network_receive_bytes_total{job="cadvisor"}[$__rate_interval]))',
                   "{{service}} in"),
                  ('sum by (service) (rate(container_network_transmit_bytes_total{job="cadvisor"}[$__rate_interval]))',
                   "{{service}} out")),
            graph("Starts and kills", "Starts and processes ended for want of memory, in an hour.", "short",
                  ('max by (service) (changes(container_start_time_seconds{job="cadvisor"}[1h]))',
                   "{{service}} started"),
                  ('sum by (service) (increase(container_oom_events_total{job="cadvisor"}[1h]))',
                   "{{service}} out of memory"), steps=[(None, "green"), (1, "red")]),
        ]),
    ])

DB = 'job="postgres",datname=~"$database"'

POSTGRES = Board(
    "postgres", "PostgreSQL",
    "The server that several nodes share: connections, transactions, cache, locks, replication.",
    [Variable("database", "Database",
              'label_values(pg_stat_database_numbackends{job="postgres",datname!~"template.*|"}, datname)')],
    [
        ("State", [
            stat("Answers", "1 while the exporter can connect.", "short", 'min(pg_up{job="postgres"})', width=6,
                 steps=[(None, "red"), (1, "green")]),
            stat("Connections of the most", "Share of max_connections. 80 % alerts.", "percentunit",
                 'sum(pg_stat_activity_count{job="postgres"}) / max(pg_settings_max_connections{job="postgres"})',
                 width=6, steps=[(None, "green"), (0.6, "orange"), (0.8, "red")]),
            stat("Found in the cache", "Share of pages that were in shared_buffers. Below 99 % more memory helps.",
                 "percentunit", 'sum(rate(pg_stat_database_blks_hit{job="postgres"}[5m])) / '
                 '(sum(rate(pg_stat_database_blks_hit{job="postgres"}[5m])) '
                 '+ sum(rate(pg_stat_database_blks_read{job="postgres"}[5m])))', decimals=2, width=6,
                 steps=[(None, "red"), (0.9, "orange"), (0.99, "green")]),
            stat("Size", "Bytes of the chosen databases.", "bytes", f"sum(pg_database_size_bytes{{{DB}}})", width=6),
        ]),
        ("Work", [
            graph("Connections", "By what they do. Many `idle in transaction` hold up others.", "short",
                  (f"sum by (state) (pg_stat_activity_count{{{DB}}})", "{{state}}"), stacked=True),
            graph("Transactions", "Committed and rolled back a second.", "ops",
                  (f"sum(rate(pg_stat_database_xact_commit{{{DB}}}[$__rate_interval]))", "committed"),
                  (f"sum(rate(pg_stat_database_xact_rollback{{{DB}}}[$__rate_interval]))", "rolled back")),
            graph("Rows", "Rows fetched and changed a second.", "ops",
                  (f"sum(rate(pg_stat_database_tup_fetched{{{DB}}}[$__rate_interval]))", "fetched"),
                  (f"sum(rate(pg_stat_database_tup_inserted{{{DB}}}[$__rate_interval]))", "inserted"),
                  (f"sum(rate(pg_stat_database_tup_updated{{{DB}}}[$__rate_interval]))", "updated"),
                  (f"sum(rate(pg_stat_database_tup_deleted{{{DB}}}[$__rate_interval]))", "deleted")),
            graph("Pages from disk and cache", "Pages of the database read a second, and where they were found.", "ops",
                  (f"sum(rate(pg_stat_database_blks_hit{{{DB}}}[$__rate_interval]))", "cache"),
                  (f"sum(rate(pg_stat_database_blks_read{{{DB}}}[$__rate_interval]))", "disk")),
            graph("Temporary files", "Bytes a second that did not fit into work_mem.", "Bps",
                  (f"sum(rate(pg_stat_database_temp_bytes{{{DB}}}[$__rate_interval]))", "written")),
            graph("Longest transaction", "A quarter of an hour alerts.", "s",
                  (f"max by (state) (pg_stat_activity_max_tx_duration{{{DB}}})", "{{state}}"),
                  steps=[(None, "green"), (900, "red")]),
        ]),
        ("Locks and replicas", [
            graph("Locks", "Held or waited for, by kind.", "short",
                  (f"sum by (mode) (pg_locks_count{{{DB}}})", "{{mode}}")),
            graph("Deadlocks", "In a quarter of an hour. More than three alert.", "short",
                  (f"sum by (datname) (increase(pg_stat_database_deadlocks{{{DB}}}[15m]))", "{{datname}}"),
                  steps=[(None, "green"), (3, "red")]),
            graph("Replicas behind", "Bytes of the log that a replica has not applied. 256 MB alert.", "bytes",
                  ('max by (application_name) (pg_stat_replication_pg_wal_lsn_diff{job="postgres"})',
                   "{{application_name}}"), steps=[(None, "green"), (268435456, "red")]),
        ]),
    ])

NGINX = Board(
    "nginx", "nginx and the site from outside",
    "What comes in at the door, and whether the door is open: requests, connections, probes, the certificate.",
    [],
    [
        ("From outside", [
            stat("Reachable", "1 while the request through DNS, firewall, TLS and nginx succeeds.", "short",
                 'min(probe_success{job="site"})', width=6, steps=[(None, "red"), (1, "green")]),
            stat("Certificate", "Time until it ends. certbot renews it 30 days before; 14 days alert.", "s",
                 'min(probe_ssl_earliest_cert_expiry{job="site"}) - time()', width=6,
                 steps=[(None, "red"), (259200, "orange"), (1209600, "green")]),
            stat("nginx", "1 while nginx gives its status.", "short", 'min(nginx_up{job="nginx"})', width=6,
                 steps=[(None, "red"), (1, "green")]),
            stat("Status", "What the probe was answered.", "none", 'max(probe_http_status_code{job="site"})', width=6,
                 steps=[(None, "red"), (200, "green"), (300, "red")]),
            graph("Where the time goes", "Phases of the probe: names, connection, TLS, waiting for the answer.", "s",
                  ('avg by (phase) (probe_http_duration_seconds{job="site"})', "{{phase}}"), stacked=True, width=12),
            graph("Time of the whole probe", "From the look-up of the name to the end of the answer.", "s",
                  ('probe_duration_seconds{job="site"}', "{{instance}}"), width=12),
        ]),
        ("nginx", [
            graph("Requests", "Requests a second, files and refused ones included.", "reqps",
                  ('sum by (instance) (rate(nginx_http_requests_total{job="nginx"}[$__rate_interval]))',
                   "{{instance}}")),
            graph("Connections", "Open ones by what they do; `waiting` are kept for the next request.", "short",
                  ('sum(nginx_connections_reading{job="nginx"})', "reading"),
                  ('sum(nginx_connections_writing{job="nginx"})', "writing"),
                  ('sum(nginx_connections_waiting{job="nginx"})', "waiting"), stacked=True),
            graph("Accepted and handled", "Connections a second. Where they differ, nginx drops some.", "ops",
                  ('sum(rate(nginx_connections_accepted{job="nginx"}[$__rate_interval]))', "accepted"),
                  ('sum(rate(nginx_connections_handled{job="nginx"}[$__rate_interval]))', "handled")),
            graph("Requests at nginx and at FlixList", "What nginx answers itself is the difference: files, limits, "
                  "redirects.", "reqps",
                  ('sum(rate(nginx_http_requests_total{job="nginx"}[5m]))', "nginx"),
                  ("flixlist:requests:rate5m", "FlixList"), width=12),
            graph("Active connections", "All open connections.", "short",
                  ('sum by (instance) (nginx_connections_active{job="nginx"})', "{{instance}}"), width=12),
        ]),
    ])

BOARDS = [SERVICE, PRODUCT, HOST, POSTGRES, NGINX]
