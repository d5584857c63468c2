-- People who sign up, for wrk: each says their next text only long after the one before was
-- answered, because many others speak in between. The first person of each place leaves early,
-- so that from the second on all steps of the flow are mixed.
-- Arguments: dialect words-file prefix first-person places texts-a-request seconds-to-warm-up head

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanos; } bench_time;
  int clock_gettime(int which, bench_time *found);
]]
local found = ffi.new("bench_time")
local function clock()
  ffi.C.clock_gettime(1, found)
  return tonumber(found.seconds) + tonumber(found.nanos) / 1e9
end

local STEPS = 12
local SCATTER = 7368787
local threads = {}
n0, t0 = 0, 0 -- requests and time when the warm-up ended; read by done()

function setup(thread)
  table.insert(threads, thread)
end

local walks, places = {}, {}
local dialect, prefix, head, per_request, warm_until, warm_requests
local next_person, at, count, texts = 0, 0, 0, 0

function init(args)
  dialect, prefix = args[1], args[3]
  for line in io.lines(args[2]) do
    local walk = {}
    for text in line:gmatch("[^\t]+") do table.insert(walk, text) end
    table.insert(walks, walk)
  end
  next_person = tonumber(args[4])
  for place = 1, tonumber(args[5]) do
    places[place] = { person = next_person, step = 1, leaves = (place - 1) % STEPS + 1 }
    next_person = next_person + 1
  end
  per_request = tonumber(args[6])
  warm_requests = STEPS * #places / per_request
  warm_until = clock() + tonumber(args[7])
  head = args[8]:gsub("|", "\r\n")
end

local function says()
  at = at % #places + 1
  texts = texts + 1
  local place = places[at]
  local number = string.format("%09d", place.person * SCATTER % 1000000000)
  local text = walks[place.person % #walks + 1][place.step]
  if place.step == 3 then text = text:gsub("{n}", tostring(place.person)) end
  place.step = place.step + 1
  if place.step > place.leaves then
    place.person, place.step, place.leaves = next_person, 1, STEPS
    next_person = next_person + 1
  end
  return number, text
end

local function item()
  local number, text = says()
  return '{"id":"' .. prefix .. texts .. '","from":"+989' .. number
      .. '","to":"30001152","text":"' .. text .. '"}'
end

local function posted()
  local body
  if per_request == 1 then
    body = item()
  else
    local items = {}
    for each = 1, per_request do items[each] = item() end
    body = "[" .. table.concat(items, ",") .. "]"
  end
  return "POST " .. head .. "\r\nContent-Type: application/json\r\nContent-Length: "
      .. #body .. "\r\n\r\n" .. body
end

local function escaped(text)
  return (text:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end))
end

-- As Kannel calls us, and as its own HTTP SMSC wants to be called.
local function asked()
  local number, text = says()
  local path, rest = head:match("^(%S+)(.*)$")
  path = path:gsub("SENDER", "989" .. number):gsub("MESSAGE", (escaped(text):gsub("%%", "%%%%")))
  return "GET " .. path:gsub("ID", prefix .. texts) .. rest .. "\r\n\r\n"
end

function request()
  count = count + 1
  if t0 == 0 and count > warm_requests and clock() > warm_until then
    n0, t0 = count, clock()
    io.write("measuring\n")
    io.flush()
  end
  return dialect == "kannel" and asked() or posted()
end

function done(summary, latency, requests)
  local ended = clock()
  local thread = threads[1]
  local from, began = thread:get("n0"), thread:get("t0")
  local wrong = summary.errors
  io.write(string.format(
    '\n{"completed":%d,"sent_before":%d,"seconds":%.4f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,'
      .. '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.requests, from, began > 0 and ended - began or 0, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000,
    wrong.connect, wrong.read, wrong.write, wrong.status, wrong.timeout))
end
