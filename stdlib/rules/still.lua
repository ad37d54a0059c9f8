-- SPDX-License-Identifier: MIT
-- The still of a shot: made, at hand, another shot's, or a card.
local lora = require "rules.lora"
local names = require "rules.names"
local takes = require "rules.takes"
local text = require "rules.text"
local timing = require "rules.timing"
local titles = require "rules.titles"
local words = require "rules.words"

local still = {}

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
  local said = scene and c41.said(scene, TIME_WORDS)[1] or c41.said(prompt, TIME_WORDS)[1]
  return TIMES[said]
end

-- Regions by name, as boxes in parts of the picture.
local REGIONS = { left = { 0, 0, 0.5, 1 }, right = { 0.5, 0, 0.5, 1 }, centre = { 0.25, 0, 0.5, 1 } }

function still.region(sh, id)
  local lipsync = sh.shot.lipsync
  local regions = lipsync and type(lipsync) == "table" and lipsync.regions
  local region = regions and regions[id]
  return region and (REGIONS[region] or (type(region) == "table" and region)) or nil
end

-- A character as the draft draws him: the one that was drawn last of that id, where nothing else is to be seen.
local function drawn(w, sh, id)
  local clothes, region, last = words.wardrobe(w, sh, id), still.region(sh, id), w.drawn[id]
  if not (last and last.clothes == clothes and last.region == region) then
    local looks = text.plain(w.cast[id].looks) .. (clothes and ", wearing " .. text.plain(clothes) or "")
    last = { clothes = clothes, region = region,
      figure = c41.fixed { id = id, name = text.display(id), looks = looks, region = region } }
    w.drawn[id] = last
  end
  return last.figure
end

-- What the draft draws: docs/steps.md, "image".
local function board(w, sh, prompt)
  local shot, present, said = sh.shot, sh.present, text.plain(prompt)
  local cast = c41.room(#present)
  local _, location = names.location(w, sh)
  for i = 1, #present do
    cast[i] = drawn(w, sh, present[i])
  end
  return c41.fixed {
    size = shot.size, angle = shot.angle, lens = shot.lens, move = shot.move, prompt = said,
    location = location and text.plain(location.looks) or nil, time = time_of_day(sh, said), cast = c41.array(cast),
  }
end

local function references(w, sh, own, preset, inputs)
  if not w.takes(preset, "references") then
    return
  end
  local function add(list)
    for i = 1, list and #list or 0 do
      local file = c41.asset(list[i], c41.place(list, i), { "image" })
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
  local asked = text.value(w, prompt, sh.id, "image", place, inputs)
  local phrases = words.of_picture(w, sh, preset, asked, place, loras)
  sh.board = board(w, sh, prompt)
  sh.still_drafted = w.drafted(preset)
  local params = { prompt = c41.compose(phrases), negative = words.negative(w, image.negative),
    pixels = image.pixels and w.pixels(image.pixels, c41.place(image, "pixels")) or w.format.pixels,
    board = w.takes(preset, "board") and sh.board or nil }
  if image.with then
    w.add_with(params, image.with)
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
  for i = 1, owner.edit and #owner.edit or 0 do
    local instruction, place, inputs = owner.edit[i], c41.place(owner.edit, i), { w.input("image", ref) }
    local preset = w:maker("edit", nil, place)
    local first = text.plain(instruction):match("^%s*(%S*%s*%S*%s*%S*)")
    local step = tail .. "/edit-" .. names.numbered(seen, c41.slug(first))
    local asked = text.value(w, instruction, sh.id, step, place, inputs)
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

local function card(w, sh, tail, pixels)
  local inputs = {}
  local params = titles.card(w, sh, inputs)
  params.pixels = pixels
  return w:step(sh, tail, "card", "image", { inputs = inputs, params = params, at = c41.place(sh.shot, "card") })
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
  if shot.card and not image then
    return card(w, sh, "card", w.format.pixels)
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
  local spoken, present = sh.lines, sh.present
  local lines, cast = c41.room(#spoken), c41.room(#present)
  for i = 1, #spoken do
    local line = spoken[i]
    lines[i] = { name = text.display(line.who), mode = line.mode, direction = line.direction,
      text = text.plain(line.text) }
  end
  for i = 1, #present do
    cast[i] = text.display(present[i])
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

-- The still of a shot for deliverable d: a card is set anew for a picture of another shape.
function still.for_shape(w, sh, d)
  if not sh.shot.card or titles.over_picture(sh) then
    return still.of(w, sh)
  end
  local film, file = w.format.pixels, d.pixels
  local stretch = film[1] * file[2] / (film[2] * file[1])
  if math.abs(stretch - 1) < 0.02 then
    return still.of(w, sh)
  end
  sh.cards = sh.cards or {} -- a transition shows it as well as the cut
  sh.cards[d.name] = sh.cards[d.name] or card(w, sh, "card/" .. d.name, file)
  return sh.cards[d.name]
end

return still
