-- Makes an edition the current one of its station, if all of it is there and
-- no later one is. The one before becomes a kept one; what is named by no
-- edition any more goes.
--
-- KEYS[1…4]  the station's m, k, n and f   KEYS[5…]  the documents it names
-- ARGV       watermark, digest, manifest, prefix of the documents' keys, watermark
--            that the current edition must not be later than, format of the manifest,
--            address of the station, what need not be kept (names in k, the latest first)
-- returns    OK; or an error STALE or MISSING

local first, step = 5, 1000 -- unpack has its limits
local mark = tonumber(ARGV[1])
local current = redis.call('HMGET', KEYS[1], 'number', 'watermark', 'manifest', 'digest', 'pinned')

-- What an older version of the program has published, or another network, can't be
-- used and is replaced. An edition without a watermark is not whole.
local readable = false
if current[2] then
  local format = string.match(current[3] or '', '^{"format":(%d+)')
  readable = format and tonumber(format) >= tonumber(ARGV[6])
  local url = string.match(current[3], '"url":"([^"]*)"')
  readable = readable and (not url or ARGV[7] == '' or url == ARGV[7])
end
if readable then
  local theirs = tonumber(current[2])
  -- The version before has longer digests, and of another kind.
  local later = theirs == mark and current[4] and #current[4] == #ARGV[2] and current[4] > ARGV[2]
  -- This very edition: it was published, and the answer was lost.
  local same = theirs == mark and current[4] == ARGV[2]
  if not same and theirs > tonumber(ARGV[5]) or later then
    return redis.error_reply('STALE a later edition is there')
  end
end
for i = first, #KEYS, step do
  local last = math.min(i + step - 1, #KEYS)
  if redis.call('EXISTS', unpack(KEYS, i, last)) < last - i + 1 then
    return redis.error_reply('MISSING documents')
  end
end

local pinned = string.match(current[5] or '', '^(%d+) ')
if readable and current[1] ~= ARGV[1] then
  -- A pinned edition stays as it was pinned, with the times that it has since.
  redis.call(current[1] == pinned and 'HSETNX' or 'HSET', KEYS[2], current[1], current[3])
end
redis.call('HSET', KEYS[1], 'number', ARGV[1], 'watermark', ARGV[1], 'manifest', ARGV[3], 'digest', ARGV[2])
for i = first, #KEYS do
  redis.call('PERSIST', KEYS[i]) -- until now a document was there for a while only
end
for i = first, #KEYS, step do
  local named = {}
  for j = i, math.min(i + step - 1, #KEYS) do
    named[#named + 1] = ARGV[1]
    named[#named + 1] = string.sub(KEYS[j], #ARGV[4] + 1)
  end
  redis.call('ZADD', KEYS[3], 'GT', unpack(named))
  redis.call('ZADD', KEYS[4], 'NX', unpack(named))
end

-- A document is named by the editions from the first that named it to the newest, as
-- far as is known here: it goes when none of these is kept any more.
local function remove(hash)
  redis.call('UNLINK', ARGV[4] .. hash)
  redis.call('ZREM', KEYS[3], hash)
  redis.call('ZREM', KEYS[4], hash)
end
local kept = {}
for _, one in ipairs(redis.call('HKEYS', KEYS[2])) do
  kept[#kept + 1] = tonumber(one)
end
table.sort(kept, function(a, b) return a > b end)
for one in string.gmatch(ARGV[8], '%d+') do
  if one ~= pinned and redis.call('HDEL', KEYS[2], one) == 1 then
    local before -- the next one that is kept
    for i, other in ipairs(kept) do
      if other < tonumber(one) then
        before = before or other
      elseif other == tonumber(one) then
        kept[i] = math.huge
      end
    end
    for _, hash in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], one, one)) do
      if before and tonumber(redis.call('ZSCORE', KEYS[4], hash) or '0') <= before then
        redis.call('ZADD', KEYS[3], string.format('%d', before), hash)
      else
        remove(hash)
      end
    end
  end
end
local oldest = mark
for _, one in ipairs(kept) do
  oldest = math.min(oldest, one)
end
for _, hash in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', string.format('(%d', oldest))) do
  remove(hash)
end
return redis.status_reply('OK')
