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

-- What a mix may be made of, each an output of its own.
sound.STEMS = { "dialogue", "effects" }

-- How much and how fast something steps back under dialogue: what it says itself over what the film says. nil: as
-- usual; false: not at all; else {by, attack, release}.
function sound.duck(w, own)
  local film, duck = w.film.duck, {}
  if own == nil or (own == true and film ~= false) then
    own = film
  end
  if own == false then
    return false
  elseif own == nil or own == true then
    return nil
  end
  for _, said in ipairs { film or true, own } do
    said = type(said) == "number" and { by = said } or type(said) == "table" and said or {}
    for key, value in pairs(said) do
      duck[key] = value
    end
  end
  return duck
end

function sound.is_ducked_alike(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  return a.by == b.by and a.attack == b.attack and a.release == b.release
end

local function check_cue(cue)
  if cue.out and cue.out <= (cue["in"] or 0) then
    c41.error(c41.place(cue, "out"), "`out` lies before `in`", "make `out` the later one")
  end
end

-- Adds to record what a conform is told of a cue.
function sound.cue(w, cue, record)
  check_cue(cue)
  local fade = cue.fade or 1
  if type(fade) == "table" then
    fade = { ["in"] = fade["in"] or 1, out = fade.out or 1 }
  end
  record["in"], record.out, record.at = cue["in"], cue.out, cue.at
  record.level, record.fade, record.duck = cue.level or -18, fade, sound.duck(w, cue.duck)
  return record
end

-- What is heard all the time where home is, a location or a scene; owner says it under key.
local function bed(w, owner, key, home, seed_name)
  local id, place = home .. "/bed", c41.place(owner, key)
  local spec = type(owner[key]) == "table" and not owner[key].write and owner[key] or { prompt = owner[key] }
  local duck = sound.duck(w, spec.duck)
  if spec.file then
    return { file = c41.asset(spec.file, place, { "audio" }) or spec.file, level = spec.level, duck = duck }
  end
  if not w.made[id] then
    w.made[id] = true
    local preset = w:maker("ambience", spec.preset, place)
    local inputs = {}
    local asked = text.value(w, spec.prompt, home, "bed", place, inputs)
    w:step(nil, id, "ambience", "sound", {
      preset = preset, inputs = inputs, at = place, take = 1, words = { { asked, place } },
      params = {
        prompt = asked, negative = words.negative(w, spec.negative), seconds = BED_SECONDS, loop = true,
        seed = w:seed_of("ambience", 1, seed_name),
      },
    })
  end
  return { step = id, output = "sound", level = spec.level, duck = duck }
end

-- The beds under a shot: of its location and of its scene.
function sound.beds(w, sh)
  local list = {}
  local id, location = names.location(w, sh)
  if location and location.sound then
    list[#list + 1] = bed(w, location, "sound", "location/" .. c41.slug(id), "location/" .. id)
  end
  local scene = sh.scene.scene
  if scene.sound then
    list[#list + 1] = bed(w, scene, "sound", sh.scene.name,
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
  local asked = text.value(w, spec.prompt, sh.id, "sound", place, inputs)
  return takes.make(w, sh, {
    tail = "sound", kind = "ambience", preset = preset, output = "sound", media = "audio", inputs = inputs, at = place,
    words = { { asked, place } }, seed_name = sh.was,
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

-- What a mix is told of footage that is heard. Where nobody speaks over it, `head` and `tail` are those of its own sound.
local function footage(sh, bus)
  local shot, out, head, tail = sh.shot, clip.early_end(sh), 0, 0
  if #sh.lines == 0 then
    head, tail = math.max(0, -(shot.head or 0)), out and 0 or math.max(0, -(shot.tail or 0))
    if head > (shot["in"] or 0) then
      c41.warn(c41.place(shot, "head"),
        ("the sound begins %g s before the picture, and the file has %g s there"):format(head, shot["in"] or 0),
        "begin later in the file with `in`")
    end
  end
  return { bus = bus, level = 0, ["in"] = shot["in"] or 0, out = out,
    head = head ~= 0 and head or nil, tail = tail ~= 0 and tail or nil }
end

-- How long before its picture a shot is heard: whole frames, since stems begin on frames where an editor lays them.
local function lead(w, sh)
  local seconds, earliest = math.max(0, -(sh.shot.head or 0)), sh.shot.head or 0
  local spoken = sh.lines
  for i = 1, #spoken do
    local line = spoken[i]
    earliest = line.at or i > 1 and earliest + math.min(0, line.gap or 0) or earliest
    seconds = math.max(seconds, -earliest)
  end
  return w:seconds(math.ceil(seconds * w.fps_num / w.fps_den - 1e-6))
end

-- Makes the mix of a shot that has anything to hear; sets sh.mix to its step, and whether that has each of sound.STEMS.
function sound.mix(w, sh)
  local noise, bus = spot(w, sh), footage_bus(sh)
  if #sh.lines == 0 and not noise and not bus then
    return
  end
  local inputs, lines = c41.room(#sh.lines + 2), c41.room(#sh.lines)
  for i = 1, #sh.lines do
    local line = sh.lines[i]
    inputs[i], lines[i] = line.input, line.heard
  end
  inputs[#inputs + 1] = noise and w.input("sound", noise) or nil
  inputs[#inputs + 1] = bus and w.input("footage", sh.footage) or nil
  timing.add(w, sh, inputs)
  local spoken, sounding = #lines > 0 or bus == "dialogue", noise ~= nil or bus == "effects"
  local before = lead(w, sh)
  local made = w:step(sh, "mix", "mix", spoken and sounding and sound.STEMS or spoken and "dialogue" or "effects", {
    inputs = inputs, at = sh.place,
    params = {
      fps = w.format.fps, frames = timing.frames(w, sh), lead = before, lines = c41.array(lines),
      sound = noise and { level = sh.shot.sound.level or 0 } or nil,
      footage = bus and footage(sh, bus) or nil,
    },
  })
  sh.mix = { step = made.step, lead = before, dialogue = spoken, effects = sounding, speaks = bus == "dialogue" or nil }
end

return sound
