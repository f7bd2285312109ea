-- Makes an edition the current one of its station, if all of it is there and
-- no later one is.
--
-- KEYS[1]   the station's manifest      KEYS[2…]  the documents it names
-- ARGV      number, watermark, manifest, prefix of the documents' keys, watermark
--           that the current edition must not be later than
-- returns   the number that the edition has got; or an error STALE or MISSING

-- All entries of a manifest, of documents and of records.
local function entries(manifest)
  local all = {}
  local decoded = cjson.decode(manifest)
  for _, part in ipairs({decoded.documents, decoded.records or {}}) do
    for _, entry in pairs(part) do
      all[#all + 1] = entry
    end
  end
  return all
end

local current = redis.call('HMGET', KEYS[1], 'number', 'watermark', 'manifest', 'previous')

if current[2] and tonumber(current[2]) > tonumber(ARGV[5]) then
  return redis.error_reply('STALE a later edition is there')
end
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then
    return redis.error_reply('MISSING ' .. KEYS[i])
  end
end

for i = 2, #KEYS do
  redis.call('PERSIST', KEYS[i]) -- until now a document was there for a while only
end

local number = tonumber(ARGV[1])
if current[1] and tonumber(current[1]) >= number then
  number = tonumber(current[1]) + 1
end

-- What only the edition before the current one names can go.
if current[4] and current[4] ~= '' then
  local kept = {}
  for _, manifest in ipairs({ARGV[3], current[3]}) do
    for _, entry in ipairs(entries(manifest)) do
      kept[entry.hash] = true
    end
  end
  for _, entry in ipairs(entries(current[4])) do
    if not kept[entry.hash] then
      redis.call('UNLINK', ARGV[4] .. entry.hash)
    end
  end
end

-- string.format: Lua would write a large number as 1e+15.
redis.call('HSET', KEYS[1], 'number', string.format('%d', number), 'watermark', ARGV[2],
  'manifest', ARGV[3], 'previous', current[3] or '')
return number
