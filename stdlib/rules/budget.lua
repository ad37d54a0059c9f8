-- SPDX-License-Identifier: MIT
-- A file of at most so many bytes. Each piece of its picture is tried at a few qualities, then at a guess that follows
-- from how large these are, and then one quality for the whole file is found beside it. Trials of a shot stay whatever
-- happens to the others, and guess and quality while a change is small: then that shot alone is encoded again.
local codec = require "rules.codec"

local budget = {}

local TRIALS = 4
local AMPLE_BITS = 0.5 -- of a pixel in a frame: twice what a grainy film takes at CRF 18

-- By codec: the best number of its scale of quality (CRF) that makes sense, the worst there is, and by what it is told.
local SCALES = { av1 = { best = 25, worst = 63, step = 1 }, h264 = { best = 20, worst = 51, step = 0.5 },
  hevc = { best = 23, worst = 51, step = 0.5 } }

-- Whole steps from the best quality to the worst, as far apart as can be.
local function qualities(best, scale)
  local list = {}
  for i = 0, TRIALS - 1 do
    local crf = best + (scale.worst - best) * i / (TRIALS - 1)
    list[i + 1] = scale.step * math.floor(crf / scale.step + 0.5)
  end
  return list
end

-- An encoder's settings, of which one is another.
local function with(encode, key, value)
  local settings = {}
  for k, v in pairs(encode) do
    settings[k] = v
  end
  settings[key] = value
  return settings
end

-- d as it is encoded for a trial, or in the end. quality is the step that tells how well, nil: it is known.
local function variant(d, name, encode, quality)
  return setmetatable({ name = name, encode = encode, quality = quality, sized = true }, { __index = d })
end

local function found(w, d, name, id, step)
  return variant(d, name, with(d.encode, "crf", w.late(step .. ".crf")),
    w.input(step, { step = id .. "/" .. step, output = "quality" }, "read"))
end

-- Whether even the longest film that is taken has room for any picture.
local function is_ample(w, d)
  local bits = d.longest and d.most_bytes * 8 / d.longest or 0
  return bits > AMPLE_BITS * d.pixels[1] * d.pixels[2] * w.fps_num / w.fps_den
end

-- What a deliverable of at most so many bytes needs to find its quality; nil where there is nothing to find.
function budget.read(w, d, place)
  local scale = SCALES[codec.family(d.encode)]
  if not d.most_bytes or d.without_picture or d.preview or is_ample(w, d) then
    return nil
  elseif not scale or d.encode.bitrate then
    c41.warn(place, ("%s has no quality to choose here: a file that is too large fails"):format(
      scale and "an encoder with a bitrate" or d.encode.codec), "choose h264, hevc or av1, and no bitrate")
    return nil
  end
  local list, trials = qualities(math.min(d.encode.crf or scale.best, scale.worst), scale), {}
  for i, crf in ipairs(list) do
    trials[i] = variant(d, ("%s/trial-%d"):format(d.name, i), c41.fixed(with(d.encode, "crf", crf)))
  end
  return { qualities = list, step = scale.step, trials = trials }
end

-- The settings of its sound, which takes no more anywhere than is counted on.
function budget.sound(audio)
  return with(audio, "most", 1)
end

-- How the pieces of the file of the conform called id are made in the end; and how they are tried, the guess last.
function budget.split(w, d, id)
  if not d.budget then
    return d, {}
  end
  local trials = table.move(d.budget.trials, 1, TRIALS, 1, {})
  trials[TRIALS + 1] = found(w, d, d.name .. "/guess", id, "guess")
  return found(w, d, d.name, id, "quality"), trials
end

local function find(w, d, id, name, inputs, list, step, scene)
  w:step(nil, id .. "/" .. name, "quality", "quality", {
    inputs = inputs, at = d.bytes_place, scene = scene,
    params = { fps = w.format.fps, qualities = c41.array(list), step = step, audio = d.audio,
      ["max-bytes"] = d.most_bytes },
  })
end

-- The steps that find the quality. tried has the pieces in order, each in all its trials.
function budget.find(w, d, id, tried, scene)
  if not d.budget or #tried == 0 then
    return
  end
  local given, all, list = {}, { w.input("guess", { step = id .. "/guess", output = "quality" }, "read") }, {}
  for i, input in ipairs(tried) do
    all[i + 1] = input
    given[#given + 1] = i % (TRIALS + 1) ~= 0 and input or nil
  end
  table.move(d.budget.qualities, 1, TRIALS, 1, list)
  find(w, d, id, "guess", given, d.budget.qualities, 2 * d.budget.step, scene)
  list[TRIALS + 1] = w.late("guess.crf")
  find(w, d, id, "quality", all, list, d.budget.step, scene)
end

return budget
