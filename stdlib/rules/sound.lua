-- SPDX-License-Identifier: MIT
-- Beds of places, spot sounds of shots, and the mix of a shot's stems.
local clip = require "rules.clip"
local names = require "rules.names"
local takes = require "rules.takes"
local text = require "rules.text"
local timing = require "rules.timing"
local words = require "rules.words"

local sound = {}

local BED_SECONDS = 24
local STEMS = { "dialogue", "effects" }

local function bed(w, owner, key, id, seed_name)
  local place = c41.place(owner, key)
  local spec = type(owner[key]) == "table" and not owner[key].write and owner[key] or { prompt = owner[key] }
  if spec.file then
    return { file = c41.asset(spec.file, place, { "audio" }) or spec.file, level = spec.level }
  end
  if not w.made[id] then
    w.made[id] = true
    local preset = w:maker("ambience", spec.preset, place)
    local inputs = {}
    local asked = text.value(w, spec.prompt, id, "", place, inputs)
    w:step(nil, id, "ambience", "sound", {
      preset = preset, inputs = inputs, at = place, take = 1, words = { { text = asked, at = place } },
      params = {
        prompt = asked, negative = words.negative(w, spec.negative), seconds = BED_SECONDS, loop = true,
        seed = w:seed_of("ambience", 1, seed_name),
      },
    })
  end
  return { step = id, output = "sound", level = spec.level }
end

-- The beds under a shot: of its location and of its scene.
function sound.beds(w, sh)
  local list = {}
  local id, location = names.location(w, sh)
  if location and location.sound then
    list[#list + 1] = bed(w, location, "sound", "location/" .. c41.slug(id) .. "/bed", "location/" .. id)
  end
  local scene = sh.scene.scene
  if scene.sound then
    list[#list + 1] = bed(w, scene, "sound", sh.scene.name .. "/bed",
      "bed/" .. text.plain(type(scene.sound) == "table" and scene.sound.prompt or scene.sound))
  end
  return list
end

local function spot(w, sh)
  local spec = sh.shot.sound
  if not spec then
    return nil
  end
  local place = c41.place(sh.shot, "sound")
  if spec.file then
    return { file = c41.asset(spec.file, c41.place(spec, "file"), { "audio" }) or spec.file }
  end
  local preset = w:maker("ambience", spec.preset, place)
  local inputs = {}
  local picture = clip.of(w, sh)
  if spec.from ~= "text" and picture and w.takes(preset, "video") then
    inputs[1] = w.input("video", picture.ref)
  end
  timing.add(w, sh, inputs)
  local asked = text.value(w, spec.prompt, sh.id, "/sound", place, inputs)
  return takes.make(w, sh, {
    tail = "sound", kind = "ambience", preset = preset, output = "sound", media = "audio", inputs = inputs, at = place,
    words = { { text = asked, at = place } }, seed_name = sh.was,
    params = {
      prompt = asked, negative = words.negative(w, spec.negative), seconds = timing.seconds(w, sh), loop = false,
    },
  })
end

-- The stem that footage's own sound goes to; nil when it is dropped.
local function footage_bus(sh)
  local bus = sh.footage and (sh.shot.audio or "effects") or nil
  return bus ~= "drop" and bus or nil
end

-- Makes the mix of a shot that has anything to hear; sets sh.mix to its step, and whether that has each of STEMS.
function sound.mix(w, sh)
  local noise, bus = spot(w, sh), footage_bus(sh)
  if #sh.lines == 0 and not noise and not bus then
    return
  end
  local inputs, lines = c41.room(#sh.lines + 2), c41.room(#sh.lines)
  for i = 1, #sh.lines do
    local line = sh.lines[i]
    inputs[#inputs + 1] = w.input(line.name, line.voice)
    lines[i] = { name = line.name, start = line.start }
  end
  inputs[#inputs + 1] = noise and w.input("sound", noise) or nil
  inputs[#inputs + 1] = bus and w.input("footage", sh.footage) or nil
  timing.add(w, sh, inputs)
  local spoken, sounding = #lines > 0 or bus == "dialogue", noise ~= nil or bus == "effects"
  local lead = math.max(0, -(sh.shot.head or 0))
  for i = 1, #sh.lines do
    local line = sh.lines[i]
    lead = math.max(lead, -(line.at or 0))
  end
  sh.mix = { step = sh.id .. "/mix", lead = lead, dialogue = spoken, effects = sounding }
  w:step(sh, "mix", "mix", spoken and sounding and STEMS or spoken and "dialogue" or "effects", {
    inputs = inputs, at = sh.place,
    params = {
      fps = w.format.fps, frames = timing.frames(w, sh), lead = lead, lines = c41.array(lines),
      sound = noise and { level = sh.shot.sound.level or 0 } or nil,
      footage = bus and { bus = bus, level = 0, ["in"] = sh.shot["in"] or 0 } or nil,
    },
  })
end

return sound
