-- SPDX-License-Identifier: MIT
-- Deliverables of sound: files without a picture, and the stems beside a mix or in its place.
local codec = require "rules.codec"
local cut = require "rules.cut"

local stems = {}

-- What `stems: true` asks for. They sum to the mix.
local ALL = c41.fixed { "dialogue", "effects", "music" }

local function check(d)
  if not d.mix and not d.stems then
    c41.error(d.place, "nothing is left of this deliverable", "drop `mix: false`, or ask for `stems`")
    d.mix = true -- lowering goes on
  elseif not d.mix and not d.without_picture then
    c41.error(d.place, "a film with a picture has its mix in it", "drop `mix: false`, or take a preset such as `stems`")
  elseif d.without_picture and (d.subtitles == "embed" or d.subtitles == "burn") then
    c41.error(d.place, "a file without a picture shows no subtitles", "write `subtitles: sidecar` or none")
  end
end

-- Sets what a deliverable is of these; own tells what it or its preset says of a key.
function stems.read(d, own)
  local asked = own("stems", false)
  d.without_picture = codec.is_sound_alone(d.container)
  d.stems, d.mix = asked == true and ALL or asked or nil, own("mix", true)
  check(d)
end

-- Adds to the params of its conform what these are; of a picture that is not there it is told nothing.
function stems.tell(d, params)
  params.stems = d.stems
  if d.without_picture then
    params.mix, params.pixels, params.encode, params.pieces = d.mix, nil, nil, nil
  end
  return params
end

-- The outputs of its conform that are sound.
function stems.outputs(d)
  local outputs = { d.mix and "film" or nil }
  table.move(d.stems or {}, 1, #(d.stems or {}), #outputs + 1, outputs)
  return outputs
end

-- How the output of a deliverable is called: the mix, and a stem that stands alone, as the deliverable is.
function stems.name(d, name, output)
  if output == "film" or (not d.mix and #d.stems == 1 and output == d.stems[1]) then
    return name
  end
  return name .. "." .. output
end

-- And its file, by that of the mix.
function stems.file(d, file, output)
  if stems.name(d, "", output) == "" then
    return file
  end
  local base, stem = file:gsub("%.[^./]*$", ""), false
  for _, one in ipairs(d.stems or {}) do
    stem = stem or one == output
  end
  return stem and base .. "-" .. output .. ".wav" or base .. "." .. output
end

-- The seconds of a fade in which the last shot of a file goes.
function stems.closing_fade(w, shots, next_shot)
  local _, kind, _, seconds = cut.transition(w, shots[#shots])
  return not next_shot and kind == "fade" and seconds or nil
end

return stems
