-- SPDX-License-Identifier: MIT
-- The card that a copy begins with: what it is of, in which version, and how long. The film begins behind it, and its
-- timecode with the film.
local budget = require "rules.budget"
local timecode = require "rules.timecode"
local titles = require "rules.titles"

local slate = {}

-- Sets what deliverable d shows before the film; own tells what it or its preset says of a key.
function slate.read(w, d, own)
  local said, place = own("slate"), d.spec.slate and c41.place(d.spec, "slate") or d.place
  said = type(said) == "number" and { seconds = said } or said
  if not said or said.seconds == 0 then
    return
  elseif d.without_picture or d.preview then
    c41.error(place, "a slate stands before a film with a picture that plays", "drop `slate`, or choose another preset")
    return
  end
  d.slate = { frames = w:frames(said.seconds), text = said.text, place = place, film_begins = d.timecode }
  d.timecode = d.timecode and timecode.before(w, d.timecode, d.slate.frames)
end

-- The card's words; the film's length goes below them once it is known.
local function words(w, d)
  local preset, fps = d.preset.preset, w.fps_num / w.fps_den
  local lines = { w.film.title }
  lines[#lines + 1] = d.slate.text
  lines[#lines + 1] = d.name == preset and preset or ("%s (%s)"):format(d.name, preset)
  lines[#lines + 1] = ("%dx%d, %s frames a second"):format(d.pixels[1], d.pixels[2], (("%.3f"):format(fps):gsub("%.?0+$", "")))
  lines[#lines + 1] = d.slate.film_begins and "begins at " .. d.slate.film_begins
  return table.concat(lines, "\n")
end

-- How long each shot of file a is, and the inputs that late ones of these need.
local function lengths(a)
  local frames, clocks, inputs = {}, {}, {}
  for i, shot in ipairs(a.shots) do
    frames[i] = shot.frames
    if type(shot.frames) == "table" then
      clocks[shot.frames.late:match("^(.*)%.frames$")] = true
    end
  end
  for _, input in ipairs(a.inputs) do
    inputs[#inputs + 1] = clocks[input[1]] and input or nil
  end
  return c41.array(frames), inputs
end

-- Puts d's slate before what file a has, whose step conform_id tells of any variant of d.
function slate.add(w, d, a, conform_id, scene)
  local frames, inputs = lengths(a)
  local made, trials = budget.split(w, d, conform_id(d))
  local card = w:step(nil, conform_id(d) .. "/slate/card", "card", "image", { inputs = inputs, at = d.slate.place, scene = scene,
    params = { text = words(w, d), frames = frames, fps = w.format.fps, pixels = d.pixels, theme = titles.style(w, "card") } })
  local function cut(variant)
    return w:step(nil, conform_id(variant) .. "/slate", "cut", "cut", {
      inputs = { w.input("picture", card), variant.quality }, at = d.slate.place, scene = scene,
      params = { from = "still", move = "static", frames = d.slate.frames, handles = 0, skip = 0, drop = 0, fps = w.format.fps,
        pixels = d.pixels, fit = d.fit, encode = variant.encode, sized = variant.sized },
    })
  end
  table.insert(a.pieces, 1, { cut = a.add("cut", cut(made)), frames = d.slate.frames })
  for i, trial in ipairs(trials) do
    table.insert(a.tried, i, w.input("trial", cut(trial)))
  end
end

return slate
