-- SPDX-License-Identifier: MIT
-- The one clip of a shot: by lipsync if that is on, else by animate if there is `video`, else footage.
local lora = require "rules.lora"
local names = require "rules.names"
local still = require "rules.still"
local takes = require "rules.takes"
local text = require "rules.text"
local timing = require "rules.timing"
local words = require "rules.words"

local clip = {}

local function speaks(sh, id)
  local spoken = sh.lines
  for i = 1, #spoken do
    local line = spoken[i]
    if line.who == id and line.mode == "sync" then
      return true
    end
  end
  return false
end

-- Who speaks in the picture, in the order of the cast from left to right.
local function speakers(sh)
  local list, present = c41.room(#sh.lines), sh.present
  for i = 1, #present do
    local id = present[i]
    if speaks(sh, id) then
      list[#list + 1] = id
    end
  end
  return list
end

local function lipsync_preset(w, sh, list)
  local value = sh.shot.lipsync
  local spec = type(value) == "table" and value or {}
  local place = value ~= nil and c41.place(sh.shot, "lipsync") or sh.place
  if value == false or #list == 0 then
    if value then
      c41.warn(place, "nobody speaks in this picture, so there is nothing to sync",
        "put the speaker into `cast`, or drop `lipsync`")
    end
    return nil
  end
  return w:maker("lipsync", spec.preset, place, true), spec, place
end

-- The preset, or the one it gives way to, that takes so many speakers in one picture.
local function for_speakers(w, preset, list, place)
  local most, more = preset.speakers or 1, preset.instead and preset.instead.speakers
  if #list > most and more then
    return for_speakers(w, w:preset("lipsync", more, place), list, place)
  elseif #list > most then
    c41.error(place, ("%d people speak in this picture; preset %s takes %d"):format(#list, preset.preset, most),
      "write `lipsync: false`, name a preset for more speakers, or give each a shot")
  end
  return preset
end

local function check_regions(w, sh, spec, list, preset, place)
  if spec.regions then
    for _, id in ipairs(c41.keys(spec.regions)) do
      local at = c41.key(spec.regions, id)
      local who = names.cast(w, id, at)
      if who and not speaks(sh, who) then
        c41.error(at, ('"%s" does not speak in this picture'):format(id),
          "the speakers here: " .. table.concat(list, ", "))
      end
    end
  elseif #list > 1 and not w.drafted(preset) then
    c41.warn(place, ("%s are taken from left to right"):format(table.concat(list, ", ")),
      "say who stands where: `lipsync: {regions: {…}}`")
  end
end

-- Where a speaker is: as the film says, else the i-th of n slices from left to right. The draft knows where it
-- drew everybody: it needs a mask only where somebody painted one.
local function add_mask(w, sh, spec, id, i, n, preset, inputs)
  local region = (spec.regions or {})[id]
  local place = spec.regions and c41.place(spec.regions, id) or sh.place
  local box, edges = still.region(sh, id), {}
  if type(region) == "string" and not box then
    local file = c41.asset(region, place, { "image" })
    edges[1] = file and w.input("file", { file = file }) or nil
  elseif w.drafted(preset) then
    return
  end
  box = box or not edges[1] and { (i - 1) / n, 0, 1 / n, 1 } or nil
  local made = w:step(sh, "mask/" .. c41.slug(id), "mask", "mask", {
    inputs = edges, params = { box = box, pixels = w.format.pixels }, at = place,
  })
  inputs[#inputs + 1] = w.input("mask", made)
end

-- One speaker's lines on the clip's time, which starts a handle before the shot.
local function add_track(w, sh, id, inputs)
  local spoken = sh.lines
  local edges, lines = c41.room(#spoken + 1), c41.room(#spoken)
  for i = 1, #spoken do
    local line = spoken[i]
    if line.who == id and line.mode == "sync" then
      edges[#edges + 1], lines[#lines + 1] = line.input, line.heard
    end
  end
  timing.add(w, sh, edges)
  local made = w:step(sh, "track/" .. c41.slug(id), "track", "track", {
    inputs = edges, at = sh.place,
    params = { lines = lines, lead = w.handles, seconds = w.late("timing.speech", w.handles) },
  })
  inputs[#inputs + 1] = w.input("track", made)
end

-- A model that cannot go past its window would fail after hours: say so now, by the length of the text.
local function check_window(w, sh, preset, place)
  local frames = preset and preset.params and preset.params.frames
  if not (frames and frames.max and frames.fps) then
    return
  elseif preset.windows or preset.pieces or preset.longer then
    return -- it knows how to go on
  end
  local most, seconds = frames.max / frames.fps, timing.estimate(sh)
  if seconds and seconds + 2 * w.handles > most then
    c41.warn(place, ("this shot takes about %.1f s with its handles; preset %s makes %.1f s at most")
      :format(seconds + 2 * w.handles, preset.preset, most),
      "shorten or split it, or choose a preset for longer clips")
  end
end

-- What every clip is told: docs/steps.md, animate.
local function clip_params(w, sh, preset, asked, negative, with)
  local params = { prompt = asked, negative = negative, pixels = w.format.pixels, fps = w.format.fps,
    seconds = timing.seconds(w, sh, 2 * w.handles), handles = w.handles, move = sh.shot.move,
    board = w.takes(preset, "board") and sh.board or nil, seed = nil, speakers = nil }
  if with then
    w.add_with(params, with)
  end
  return params
end

local function add_picture(w, sh, inputs)
  local ref = still.of(w, sh)
  if ref then
    inputs[#inputs + 1] = w.input("image", ref)
  end
  return timing.add(w, sh, inputs)
end

-- The words of the motion; a talking shot that has none of its own moves as its picture says.
local function motion(w, sh, inputs)
  local video, image = sh.shot.video, sh.shot.image
  local prompt, place, tail = video and video.prompt, video and c41.place(video, "prompt") or sh.place, "video"
  if not video and image and image.prompt then
    prompt, place, tail = image.prompt, c41.place(image, "prompt"), "image"
  end
  local asked = text.value(w, prompt, sh.id, tail, place, inputs)
  return words.of_motion(sh, asked, place), place
end

local function synced(w, sh)
  local list = speakers(sh)
  local preset, spec, place = lipsync_preset(w, sh, list)
  if not preset then
    return nil
  end
  local inputs, who = c41.room(4), c41.room(#list)
  preset = for_speakers(w, preset, list, place)
  check_regions(w, sh, spec, list, preset, place)
  check_window(w, sh, preset, place)
  add_picture(w, sh, inputs)
  for i = 1, #list do
    local id = list[i]
    add_track(w, sh, id, inputs)
    if w.takes(preset, "mask") then
      add_mask(w, sh, spec, id, i, #list, preset, inputs)
    end
    who[i] = { who = id, region = still.region(sh, id) }
  end
  local phrases = motion(w, sh, inputs)
  local params = clip_params(w, sh, preset, c41.compose(phrases), words.negative(w), spec.with)
  params.speakers = who
  local ref = takes.make(w, sh, {
    tail = "lipsync", kind = "lipsync", preset = preset, output = "video", media = "video",
    params = params, inputs = inputs, words = phrases, at = place,
    takes = spec.takes, pick = spec.pick, until_ = spec["until"],
  })
  return ref, w.drafted(preset)
end

local function last_picture(w, sh, last, inputs)
  local ref
  if last.file then
    ref = { file = c41.asset(last.file, c41.place(last, "file"), { "image" }) or last.file }
  elseif last.from then
    local other = names.shot(w, sh, last.from, c41.place(last, "from"))
    ref = other and still.of(w, other)
  else
    local place, edges = c41.place(last, "prompt"), {}
    local preset = w:maker("image", nil, place, #sh.present > 0)
    local phrases = words.of_picture(w, sh, preset,
      text.value(w, last.prompt, sh.id, "video/last", place, edges), place, {})
    ref = takes.make(w, sh, {
      tail = "video/last", kind = "image", preset = preset, output = "image", media = "image",
      inputs = edges, words = phrases, at = place,
      params = {
        prompt = c41.compose(phrases), negative = words.negative(w), pixels = w.format.pixels,
        board = w.takes(preset, "board") and sh.board or nil,
      },
    })
  end
  inputs[#inputs + 1] = ref and w.input("last", ref) or nil
end

local function retouch(w, sh, ref, video)
  if not video.retouch then
    return ref
  end
  local spec, place = video.retouch, c41.place(video, "retouch")
  spec = type(spec) == "table" and spec or { prompt = spec }
  local preset = w:maker("retouch", spec.preset, place)
  local inputs = { w.input("video", ref) }
  if spec.mask then
    local file = c41.asset(spec.mask, c41.place(spec, "mask"), { "image", "video" })
    inputs[#inputs + 1] = file and w.input("mask", { file = file }) or nil
  end
  for i, path in ipairs(spec.references or {}) do
    local file = c41.asset(path, c41.place(spec.references, i), { "image" })
    inputs[#inputs + 1] = file and w.input("reference", { file = file }) or nil
  end
  local asked = text.value(w, spec.prompt, sh.id, "video/retouch", place, inputs)
  return w:step(sh, "video/retouch", "retouch", "video", {
    preset = preset, inputs = inputs, at = place,
    params = {
      prompt = asked, negative = words.negative(w), seed = w:seed_of("retouch", 1, sh.was),
      pixels = w.format.pixels, seconds = w.late("video.seconds"),
    },
  })
end

local function animated(w, sh)
  local video, inputs = sh.shot.video, {}
  if not video then
    return nil
  end
  local preset = w:maker("animate", video.preset, c41.place(video, "preset"), #sh.present > 0)
  add_picture(w, sh, inputs)
  if video.last and preset and not (w.takes(preset, "last") or (preset.instead and preset.instead.last)) then
    c41.warn(c41.place(video, "last"), ("preset %s takes no last picture: it is left out"):format(preset.preset),
      "choose a preset that goes from a first picture to a last one")
  elseif video.last then
    last_picture(w, sh, video.last, inputs)
  end
  local loras = lora.of_picture(w, sh, preset)
  local phrases, place = motion(w, sh, inputs)
  check_window(w, sh, preset, place)
  local params = clip_params(w, sh, preset, c41.compose(phrases), words.negative(w), video.with)
  params.speed = video.speed
  lora.attach(w, loras, preset, params, inputs)
  local ref = takes.make(w, sh, {
    tail = "video", kind = "animate", preset = preset, output = "video", params = params, inputs = inputs,
    words = phrases, at = place, seed = video.seed, takes = video.takes, pick = video.pick,
    pick_at = c41.place(video, "pick"), until_ = video["until"], media = "video",
  })
  ref = retouch(w, sh, ref, video)
  return still.upscale(w, sh, ref, video, "video", "video"), w.drafted(preset)
end

-- Where the footage ends, if that is before the shot's `seconds` are over, or may be while somebody speaks; else nil.
function clip.early_end(sh)
  local shot = sh.shot
  local seconds = #sh.lines > 0 and math.huge or shot.seconds or 0
  return shot.out and shot.out - (shot["in"] or 0) < seconds - 1e-6 and shot.out or nil
end

-- The clip of a shot as {ref, handles, drafted, speaks}, lowered on first use; nil where its still is moved instead.
function clip.of(w, sh)
  if sh.clip == nil then
    sh.clip = false
    if sh.footage then
      sh.clip = { ref = sh.footage, handles = 0 }
    else
      local ref, drafted = synced(w, sh)
      local speaks = ref ~= nil
      if not ref then
        ref, drafted = animated(w, sh)
      end
      sh.clip = ref and { ref = ref, handles = w.handles, drafted = drafted, speaks = speaks } or false
    end
  end
  return sh.clip or nil
end

return clip
