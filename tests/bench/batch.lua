-- Batches for wrk, each with an id and a session of its own; counts answers by status and remembers which batches were
-- answered with 200.
--
-- UNSNAG_BATCH names a file with the body, where 22 `#` stand for the id and 22 `%` for the session; UNSNAG_PREFIX holds
-- the first 10 characters of every id; UNSNAG_REPORT names the file for the result, one line of JSON. With UNSNAG_FORGET
-- the batches are not remembered: for loads of many minutes.

local ORIGIN = "http://127.0.0.1:7668"
local PATH = "/v1/batch?key=demo"

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  local file = assert(io.open(os.getenv("UNSNAG_BATCH"), "r"))
  local body = file:read("*a")
  file:close()
  -- A gsub for each request would be work of wrk's that none of the Workers does.
  local pattern = "^(.-)" .. ("#"):rep(22) .. "(.-)" .. ("%%"):rep(22) .. "(.*)$"
  before, between, after = body:match(pattern)
  assert(before, "the body has no place for the id and the session, in this order")
  prefix = os.getenv("UNSNAG_PREFIX")
  number = 0
  statuses = {}
  answered = {}
  forgets = os.getenv("UNSNAG_FORGET") ~= nil
  -- Headers as a browser sends them from a page of the same machine.
  headers = {
    ["content-type"] = "text/plain;charset=utf-8",
    ["origin"] = ORIGIN,
    ["sec-fetch-site"] = "same-site",
  }
end

function request()
  number = number + 1
  local id = prefix .. ("%012d"):format(number)
  return wrk.format("POST", PATH, headers, before .. id .. between .. id .. after)
end

function response(status, _, body)
  local key = tostring(status)
  statuses[key] = (statuses[key] or 0) + 1
  if status == 200 and not forgets then
    table.insert(answered, body:match('"batch_id":"([^"]*)"') or "")
  end
end

local function json(value)
  if type(value) ~= "table" then
    return type(value) == "string" and ('"%s"'):format(value) or ("%.0f"):format(value)
  end
  local parts = {}
  if #value > 0 then
    for _, each in ipairs(value) do
      table.insert(parts, json(each))
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, each in pairs(value) do
    table.insert(parts, ('"%s":%s'):format(key, json(each)))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function done(summary, latency)
  assert(#threads == 1, "ids are counted in one thread")
  local errors = summary.errors
  local report = {
    duration_us = summary.duration,
    p50_us = latency:percentile(50),
    p99_us = latency:percentile(99),
    p999_us = latency:percentile(99.9),
    statuses = threads[1]:get("statuses"),
    answered = threads[1]:get("answered"),
    socket_errors = errors.connect + errors.read + errors.write + errors.timeout,
  }
  local file = assert(io.open(os.getenv("UNSNAG_REPORT"), "w"))
  file:write(json(report), "\n")
  file:close()
end
