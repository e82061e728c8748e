-- What wrk sends, and the one line in which it says how it went.
--
--   wrk … -s load.lua URL -- get            the address itself, again and again
--   wrk … -s load.lua URL -- paths FILE     the paths of a file in turn, one a line
--   wrk … -s load.lua URL -- ticks FILE     POSTs: a path, a tab and a form a line; each thread has its own

local threads = 0

function setup(thread)
  thread:set("part", threads)
  threads = threads + 1
  thread:set("parts", 2) -- bench/run.sh runs wrk with -t2
end

local function lines(path)
  local all = {}
  for line in assert(io.open(path)):lines() do
    all[#all + 1] = line
  end
  assert(#all > 0, path .. " is empty")
  return all
end

function init(args)
  local mode, file = args[1] or "get", args[2]
  if mode == "get" then
    local only = wrk.format()
    request = function() return only end
    return
  end
  local all, ready = lines(file), {}
  for place, line in ipairs(all) do
    if mode == "paths" then
      ready[#ready + 1] = wrk.format("GET", line)
    elseif place % parts == part then
      local path, body = line:match("^(%S+)\t(%S+)$")
      ready[#ready + 1] = wrk.format("POST", path, nil, body)
    end
  end
  local place = mode == "paths" and math.floor(#ready * part / parts) or 0
  request = function()
    place = place % #ready + 1
    return ready[place]
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %.3f %.3f %.1f %d %d\n", latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.requests / (summary.duration / 1e6), summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
