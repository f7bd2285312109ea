-- Stores which kept edition of a station is served instead of the current one,
-- and that edition, unless a later pin is there.
--
-- KEYS[1…4]  the station's m, k, n and f   KEYS[5…]  the documents that the edition names
-- ARGV       watermark (0: none), time of the pin, manifest, prefix of the documents' keys
-- returns    1 if it was stored; or an error MISSING

local current = redis.call('HMGET', KEYS[1], 'number', 'pinned')
local at = string.match(current[2] or '', ' (%d+)$')
if at and tonumber(at) > tonumber(ARGV[2]) then
  return 0
end
for i = 5, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then
    return redis.error_reply('MISSING ' .. KEYS[i])
  end
end

-- What was pinned so far stays at least as long as the current edition.
for _, hash in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '+inf', '+inf')) do
  redis.call('ZADD', KEYS[3], current[1] or '0', hash)
end
for i = 5, #KEYS do
  redis.call('PERSIST', KEYS[i])
  local hash = string.sub(KEYS[i], #ARGV[4] + 1)
  redis.call('ZADD', KEYS[3], '+inf', hash)
  redis.call('ZADD', KEYS[4], 'NX', ARGV[1], hash)
end
if ARGV[1] ~= '0' then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
redis.call('HSET', KEYS[1], 'pinned', ARGV[1] .. ' ' .. ARGV[2])
return 1
