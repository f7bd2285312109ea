-- Replaces texts that are the ones that they were. KEYS: texts (HASH), keys of those that
-- are pending (HASH: key to nothing). ARGV: an epoch for a HASH that has none; then of each text its key,
-- the text that it was, the one that it becomes (empty: none), and whether it is pending.
-- Returns the marks before and after, and of each text whether it was replaced.
local function mark()
  local fields = redis.call('HMGET', KEYS[1], '', '\n')
  if not fields[1] then return '' end
  return fields[1] .. ':' .. (fields[2] or '')
end
local answer = {mark(), ''}
local changed = false
for i = 2, #ARGV, 4 do
  local key, old, new, pending = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if (redis.call('HGET', KEYS[1], key) or '') == old then
    if new == '' then redis.call('HDEL', KEYS[1], key) else redis.call('HSET', KEYS[1], key, new) end
    if new ~= '' and pending == '1' then redis.call('HSET', KEYS[2], key, '') else redis.call('HDEL', KEYS[2], key) end
    changed = true
    answer[#answer + 1] = '1'
  else
    answer[#answer + 1] = '0'
  end
end
if changed then
  redis.call('HSETNX', KEYS[1], '', ARGV[1])
  redis.call('HSET', KEYS[1], '\n', string.format('%d', (tonumber(redis.call('HGET', KEYS[1], '\n')) or 0) + 1))
end
answer[2] = mark()
return answer
