-- SPDX-License-Identifier: MIT
-- The still of a shot: made, at hand, another shot's, or a card.
local lora = require "rules.lora"
local names = require "rules.names"
local takes = require "rules.takes"
local text = require "rules.text"
local timing = require "rules.timing"
local words = require "rules.words"

local still = {}

local NONE = {}

local TIMES = {
  night = "night", midnight = "night", dawn = "dawn", sunrise = "dawn", morning = "dawn",
  dusk = "dusk", sunset = "dusk", evening = "dusk", day = "day", noon = "day", afternoon = "day",
}

-- The words of TIMES: of several that are said, the one that stands first here counts.
local TIME_WORDS = { "night", "midnight", "dawn", "sunrise", "morning", "dusk", "sunset", "evening", "day", "noon",
  "afternoon" }

-- The time of day that the slugline tells, else the prompt.
local function time_of_day(sh, prompt)
  local scene = sh.scene.scene.scene
  local said = scene and c41.said(scene, TIME_WORDS)[1] or c41.said(text.plain(prompt), TIME_WORDS)[1]
  return TIMES[said]
end

-- Regions by name, as boxes in parts of the picture.
local REGIONS = { left = { 0, 0, 0.5, 1 }, right = { 0.5, 0, 0.5, 1 }, centre = { 0.25, 0, 0.5, 1 } }

function still.region(sh, id)
  local lipsync = sh.shot.lipsync
  local region = type(lipsync) == "table" and lipsync.regions and lipsync.regions[id]
  return region and (REGIONS[region] or (type(region) == "table" and region)) or nil
end

-- What the draft draws: docs/steps.md, "image".
local function board(w, sh, prompt)
  local shot, cast = sh.shot, c41.room(#sh.present)
  local _, location = names.location(w, sh)
  for i = 1, #sh.present do
    local id = sh.present[i]
    local looks, clothes = text.plain(w.cast[id].looks), words.wardrobe(w, sh, id)
    cast[i] = { id = id, name = text.display(id),
      looks = clothes and looks .. ", wearing " .. text.plain(clothes) or looks, region = still.region(sh, id) }
  end
  return c41.fixed {
    size = shot.size, angle = shot.angle, lens = shot.lens, move = shot.move, prompt = text.plain(prompt),
    location = location and text.plain(location.looks) or nil, time = time_of_day(sh, prompt), cast = c41.array(cast),
  }
end

local function references(w, sh, own, preset, inputs)
  if not w.takes(preset, "references") then
    return
  end
  local function add(list)
    for i, path in ipairs(list or NONE) do
      local file = c41.asset(path, c41.place(list, i), { "image" })
      inputs[#inputs + 1] = file and w.input("reference", { file = file }) or nil
    end
  end
  for i = 1, #sh.present do
    local id = sh.present[i]
    add(w.cast[id].references)
  end
  add(own)
end

local function make(w, sh, image, prompt, place)
  local preset = w:maker("image", image.preset, image.preset and c41.place(image, "preset") or place, #sh.present > 0)
  local inputs = {}
  local loras = lora.of_picture(w, sh, preset, image.loras)
  local asked = text.value(w, prompt, sh.id, "/image", place, inputs)
  local phrases = words.of_picture(w, sh, preset, asked, place, loras)
  sh.board = board(w, sh, prompt)
  sh.still_drafted = w.drafted(preset)
  local params = { prompt = text.compose(phrases), negative = words.negative(w, image.negative),
    pixels = image.pixels and w.pixels(image.pixels, c41.place(image, "pixels")) or w.format.pixels,
    board = w.takes(preset, "board") and sh.board or nil }
  for _, key in ipairs(image.with and c41.keys(image.with) or NONE) do
    params[key] = image.with[key]
  end
  references(w, sh, image.references, preset, inputs)
  lora.attach(w, loras, preset, params, inputs)
  return takes.make(w, sh, {
    tail = "image", kind = "image", preset = preset, output = "image", params = params, inputs = inputs,
    words = phrases, at = place, seed = image.seed, takes = image.takes, pick = image.pick,
    pick_at = image.pick and c41.place(image, "pick"), until_ = image["until"], media = "image",
  })
end

-- The last picture of a chain that changes it: each instruction in plain words, then the upscaler.
function still.edit(w, sh, ref, owner, tail)
  local seen = {}
  for i, instruction in ipairs(owner.edit or NONE) do
    local place, inputs = c41.place(owner.edit, i), { w.input("image", ref) }
    local preset = w:maker("edit", nil, place)
    local first = text.plain(instruction):match("^%s*(%S*%s*%S*%s*%S*)")
    local step = tail .. "/edit-" .. names.numbered(seen, c41.slug(first))
    local asked = text.value(w, instruction, sh.id, "/" .. step, place, inputs)
    ref = w:step(sh, step, "edit", "image", {
      preset = preset, inputs = inputs, at = place,
      params = {
        instruction = asked, pixels = w.format.pixels, negative = words.negative(w),
        seed = w:seed_of("edit", 1, sh.was .. "/" .. i),
      },
    })
  end
  return still.upscale(w, sh, ref, owner, tail, "image")
end

function still.upscale(w, sh, ref, owner, tail, media)
  if not owner.upscale then
    return ref
  end
  local place = c41.place(owner, "upscale")
  local preset = w:maker("upscale", type(owner.upscale) == "string" and owner.upscale or nil, place)
  return w:step(sh, tail .. "/upscale", "upscale", media, {
    preset = preset, inputs = { w.input(media, ref) }, at = place,
    params = { pixels = w.format.pixels, seed = w:seed_of("upscale", 1, sh.was) },
  })
end

local function card(w, sh)
  local spec, place = sh.shot.card, c41.place(sh.shot, "card")
  local inputs = w:theme()
  local said = text.value(w, spec.text, sh.id, "/card", place, inputs)
  return w:step(sh, "card", "card", "image", {
    inputs = inputs, params = { text = said, style = spec.style, pixels = w.format.pixels }, at = place,
  })
end

-- `from: SHOT`, with `frame` of its clip where it has one. visiting tells a circle.
local function borrow(w, sh, image)
  local place = c41.place(image, "from")
  local other = names.shot(w, sh, image.from, place)
  sh.visiting = place
  if not other then
    return nil
  elseif other.visiting then
    c41.error(place, ('the picture of "%s" comes from itself, by way of "%s"'):format(sh.name, other.name),
      "give one of them a picture of its own")
    c41.note(other.visiting, "the circle goes on here")
    return nil
  end
  local clip = require "rules.clip"
  local frame = image.frame
  local ref = frame and clip.of(w, other) or nil
  if ref then
    ref = w:step(sh, "image/frame", "frame", "image", {
      inputs = timing.add(w, other, { w.input("clip", ref.ref) }), at = place,
      params = { frame = frame, handles = ref.handles, seconds = timing.seconds(w, other), fps = w.format.fps },
    })
  else
    ref = still.of(w, other)
  end
  sh.visiting = nil
  sh.board, sh.still_drafted = other.board, other.still_drafted
  return ref
end

-- The prompt of a still that nobody wrote: the words of the video, else cast and location alone.
local function unwritten(sh)
  local shot = sh.shot
  if shot.video then
    return shot.video.prompt, c41.place(shot.video, "prompt")
  end
  return nil, sh.place
end

local function source(w, sh)
  local shot, image = sh.shot, sh.shot.image
  if shot.card then
    return card(w, sh)
  elseif not image then
    local prompt, place = unwritten(sh)
    return make(w, sh, {}, prompt, place)
  elseif image.file then
    return { file = c41.asset(image.file, c41.place(image, "file"), { "image" }) or image.file }
  elseif image.from and image.prompt then
    c41.error(c41.place(image, "prompt"), "a picture is taken from another shot or made from words, not both",
      "to change it in words, write `edit`")
  elseif image.from then
    return borrow(w, sh, image)
  end
  return make(w, sh, image, image.prompt, c41.place(image, "prompt"))
end

-- The storyboard panel of a drafted frame: a proxy for people.
local function panel(w, sh, ref)
  local lines, cast = c41.room(#sh.lines), c41.room(#sh.present)
  for i = 1, #sh.lines do
    local line = sh.lines[i]
    lines[i] = { name = text.display(line.who), mode = line.mode, direction = line.direction,
      text = text.plain(line.text) }
  end
  for i = 1, #sh.present do
    local id = sh.present[i]
    cast[i] = text.display(id)
  end
  local about = {
    film = w.film.title, slug = sh.scene.scene.scene, shot = sh.shot.shot and sh.name or nil,
    note = sh.board.prompt, cast = c41.array(cast), lines = c41.array(lines),
  }
  w:step(sh, "board", "proxy", "proxy", {
    inputs = { w.input("of", ref) }, params = { board = sh.board, pixels = w.format.pixels, panel = about },
      at = sh.place,
  })
end

-- The still of a shot, lowered on first use; nil after an error, or for footage.
function still.of(w, sh)
  if sh.still == nil then
    sh.still = false
    local ref = source(w, sh)
    if ref and sh.still_drafted and not (sh.shot.image or {}).from then
      panel(w, sh, ref)
    end
    if ref and sh.shot.image then
      ref = still.edit(w, sh, ref, sh.shot.image, "image")
    end
    sh.still = ref or false
  end
  return sh.still or nil
end

return still
