-- SPDX-License-Identifier: MIT
-- Text that a person wrote, or that a model will write.
local text = {}

-- A text as a step's param. Words that are to be written come from a `write` step called OWNER/TAIL/words; the
-- late value reads an input that is added to inputs.
function text.value(w, value, owner, tail, place, inputs, mode)
  if type(value) ~= "table" or value.write == nil then
    return value
  end
  local id = owner .. "/" .. tail .. "/words"
  if not w.made[id] then
    w.made[id] = true
    local preset = w:maker("write", value.preset, place)
    w:step(nil, id, "write", "words", {
      preset = preset, at = place,
      params = { brief = value.write, schema = value.schema, seed = w:seed_of("write", 1, id, value.seed) },
    })
  end
  inputs[#inputs + 1] = w.input(id, { step = id, output = "words" }, mode or "read")
  return { late = id .. ".text" }
end

local displayed = {}

-- "old-tom" -> "Old Tom"
function text.display(id)
  local known = displayed[id]
  if not known then
    known = id:gsub("[-_]+", " "):gsub("%f[%w]%l", string.upper)
    displayed[id] = known
  end
  return known
end

-- What stands in a text for people: late words are told by their brief.
function text.plain(value)
  if type(value) == "table" then
    return value.write or ""
  end
  return value or ""
end

-- Seconds to speak or read: 70 ms a character.
function text.seconds(value)
  local words = text.plain(value)
  return 0.07 * (utf8.len(words) or #words)
end

function text.count_words(value)
  local n = 0
  for _ in text.plain(value):gmatch("%S+") do
    n = n + 1
  end
  return n
end

return text
