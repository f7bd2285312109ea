-- Makes an edition the current one of its station, if all of it is there and
-- no later one is. The one before becomes a kept one; what is named by no
-- edition any more goes.
--
-- KEYS[1…3]  the station's m, k and n      KEYS[4…]  the documents it names
-- ARGV       number, watermark, manifest, prefix of the documents' keys, watermark
--            that the current edition must not be later than, how many editions
--            are kept, format of the manifest, digest of the manifest, address of the station
-- returns    the number that the edition has got; or an error STALE or MISSING

local first, step = 4, 1000 -- unpack has its limits
local current = redis.call('HMGET', KEYS[1], 'number', 'watermark', 'manifest', 'digest', 'pinned')
local number = tonumber(ARGV[1])

-- What an older version of the program has published, or another network, can't be
-- used and is replaced. An edition without a watermark is not whole.
local readable = false
if current[2] then
  local format = string.match(current[3] or '', '^{"format":(%d+)')
  readable = format and tonumber(format) >= tonumber(ARGV[7])
  local url = string.match(current[3], '"url":"([^"]*)"')
  readable = readable and (not url or ARGV[9] == '' or url == ARGV[9])
end
if readable and tonumber(current[2]) > tonumber(ARGV[5]) then
  return redis.error_reply('STALE a later edition is there')
end
for i = first, #KEYS, step do
  local last = math.min(i + step - 1, #KEYS)
  if redis.call('EXISTS', unpack(KEYS, i, last)) < last - i + 1 then
    return redis.error_reply('MISSING documents')
  end
end
if readable and current[4] == ARGV[8] and tonumber(current[1]) >= number then
  return tonumber(current[1]) -- another process has published the same
end
if current[1] then
  local given = tonumber(current[1])
  if given > number or given == number and current[2] then
    number = given + 1
  end
end

-- string.format: Lua would write a large number as 1e+15.
local name = string.format('%d', number)
local pinned = tonumber(string.match(current[5] or '', '^(%d+) ') or '0')
if readable and current[1] ~= name then
  -- A pinned edition stays as it was pinned, with the times that it has since.
  redis.call(tonumber(current[1]) == pinned and 'HSETNX' or 'HSET', KEYS[2], current[1], current[3])
end
redis.call('HSET', KEYS[1], 'number', name, 'watermark', ARGV[2], 'manifest', ARGV[3], 'digest', ARGV[8])
for i = first, #KEYS do
  redis.call('PERSIST', KEYS[i]) -- until now a document was there for a while only
end
for i = first, #KEYS, step do
  local named = {}
  for j = i, math.min(i + step - 1, #KEYS) do
    named[#named + 1] = name
    named[#named + 1] = string.sub(KEYS[j], #ARGV[4] + 1)
  end
  redis.call('ZADD', KEYS[3], 'GT', unpack(named))
end

local kept = {}
for _, one in ipairs(redis.call('HKEYS', KEYS[2])) do
  kept[#kept + 1] = tonumber(one)
end
table.sort(kept, function(a, b) return a > b end)
local oldest = number
for i, one in ipairs(kept) do
  if i <= tonumber(ARGV[6]) then
    oldest = math.min(oldest, one)
  elseif one ~= pinned then
    redis.call('HDEL', KEYS[2], string.format('%d', one))
  end
end

-- A document goes when the newest edition that names it has gone.
local before = string.format('(%d', oldest)
local gone = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', before)
for i = 1, #gone, step do
  local keys = {}
  for j = i, math.min(i + step - 1, #gone) do
    keys[#keys + 1] = ARGV[4] .. gone[j]
  end
  redis.call('UNLINK', unpack(keys))
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', before)
return number
