-- SPDX-License-Identifier: MIT
-- Deliverables: cuts, joins, mixes, beds and music of a range of shots, in order, to one file.
local cut = require "rules.cut"
local names = require "rules.names"
local sound = require "rules.sound"
local text = require "rules.text"
local timing = require "rules.timing"
local world = require "rules.world"

local deliver = {}

local EXTENSIONS = { mp4 = "mp4", mov = "mov", mkv = "mkv", mxf = "mxf", wav = "wav", gif = "gif",
  webp = "webp" }

-- The preset's encoder with the codec and quality that the film asks for.
local function encoding(spec, preset)
  local encode = {}
  for key, value in pairs(preset.encode or {}) do
    encode[key] = value
  end
  encode.codec, encode.crf = spec.video or encode.codec, spec.quality or encode.crf
  return encode
end

local function read(w, spec, place)
  local preset = w:preset("deliver", spec.preset or "web", place)
  local d = { name = c41.slug(spec.name or spec.preset or "web"), spec = spec, place = place, preset = preset }
  local function own(key, fallback)
    if spec[key] ~= nil then
      return spec[key]
    end
    return preset[key] ~= nil and preset[key] or fallback
  end
  d.pixels = own("pixels", w.format.pixels)
  d.pixels = type(d.pixels) == "table" and d.pixels or world.pixels(d.pixels, place)
  d.fit, d.focus, d.encode = own("fit", "pad"), own("focus"), encoding(spec, preset)
  d.audio, d.container = own("audio", {}), own("container", { format = "mp4" })
  d.loudness, d.peak = own("loudness", -14), own("true-peak", -1)
  d.subtitles, d.language = own("subtitles", "sidecar"), own("language")
  d.extension = EXTENSIONS[d.container.format or "mp4"] or "mp4"
  if spec.fps and tostring(spec.fps) ~= (w.format.fps:gsub("/1$", "")) then
    c41.error(c41.place(spec, "fps"), ("a deliverable has the film's frame rate, %s"):format(w.format.fps:gsub("/1$", "")),
      "drop `fps` here, or set it in `format`")
  end
  return d
end

local function title_slug(w)
  local slug = c41.slug(w.film.title or "")
  return slug ~= "" and slug or "film"
end

-- Where the file goes: out/TITLE.EXT and its kin, LANGUAGE.md section 3.
local function file_name(w, d, unit, several)
  local title, file = title_slug(w), d.spec.file
  if not file and unit then
    file = ("out/%s/%s.%s"):format(title, (several and d.name .. "/" or "") .. unit, d.extension)
  elseif not file then
    file = ("out/%s%s.%s"):format(title, several and "-" .. d.name or "", d.extension)
  end
  local rest = file:match("^out/(.*)$") or file
  return file, "out/draft/" .. rest
end

-- A file that is handed out lies in the project, and is one deliverable's alone.
local function claim(w, file, place)
  local known = file:lower() -- as on a disk that knows no case
  w.handed = w.handed or {}
  if ("/" .. file .. "/"):find("/../", 1, true) or file:sub(1, 1) == "/" then
    c41.error(place, ('"%s" leads out of the project'):format(file),
      "write a path below the project's folder, such as out/film.mp4")
  elseif w.handed[known] then
    c41.error(place, ('two deliverables go to "%s"'):format(file),
      "give one of them a `file` or a `name` of its own")
    c41.note(w.handed[known], "the first is here")
  end
  w.handed[known] = w.handed[known] or place
end

local function first_fade(w)
  return w.film.opens and w.film.opens.fade or 0
end

-- Cuts and joins of shots first..last of the list; returns the inputs and pieces.
local function pictures(w, d, shots, c)
  local skip = 0
  for i, sh in ipairs(shots) do
    local after = shots[i + 1]
    local frames, kind, color, seconds = cut.transition(w, sh)
    local fades = { ["in"] = i == 1 and first_fade(w) or 0, out = 0 }
    local drop = 0
    if frames > 0 and after then
      drop = frames // 2
    elseif frames > 0 and kind == "fade" then
      fades.out, c.fade_out = seconds, seconds
    end
    local faded = (fades["in"] > 0 or fades.out > 0) and fades or nil
    c.add_piece(cut.make(w, d, sh, skip, drop, faded),
      world.plus(timing.frames(w, sh, c.timing(i)), -skip - drop))
    if drop > 0 then
      c.add_piece(cut.join(w, d, sh, after, frames, kind, color), frames)
    end
    skip = drop
  end
end

-- What a scene is called as a chapter.
local function chapter(w, scene)
  local given = scene.scene.scene or (scene.scene.id and text.display(scene.name))
  for i, s in ipairs(given and {} or w.scenes) do
    given = s == scene and ("Scene %d"):format(i) or given
  end
  return given
end

local function mixes(w, shots, c)
  for i, sh in ipairs(shots) do
    local opens = i == 1 or shots[i - 1].scene ~= sh.scene
    local shot = { scene = sh.scene.name, title = opens and chapter(w, sh.scene) or nil,
      frames = timing.frames(w, sh, c.timing(i)), lead = sh.mix and sh.mix.lead or 0 }
    for _, output in ipairs { "dialogue", "effects" } do
      if sh.mix and sh.mix.outputs[output] then
        shot[output] = c.add(output, { step = sh.mix.step, output = output })
      end
    end
    c.shots[i] = shot
    for _, line in ipairs(sh.lines) do
      local fact = c.timing(i) .. ".lines." .. line.name
      c.lines[#c.lines + 1] = { shot = i - 1, who = text.display(line.who), mode = line.mode,
        text = text.value(w, line.text, sh.id .. "/voice/" .. line.name .. "/words", line.place, c.inputs),
        start = w.late(fact .. ".start"), seconds = w.late(fact .. ".seconds") }
    end
  end
end

-- A bed goes on under all shots in a row that have it.
local function beds(w, shots, c)
  local open = {}
  for i, sh in ipairs(shots) do
    local here = {}
    for _, ref in ipairs(sound.beds(w, sh)) do
      local key = ref.step or ref.file
      here[key] = open[key] or { bed = c.add("bed", ref), from = i - 1, level = ref.level or 0, fade = 0.4 }
      here[key].to = i - 1
      if not open[key] then
        c.beds[#c.beds + 1] = here[key]
      end
    end
    open = here
  end
end

local function cue_shot(w, shots, name, place)
  local found = names.shot(w, { scene = shots[1].scene, previous = nil }, name, place)
  for i, sh in ipairs(shots) do
    if sh == found then
      return i - 1
    end
  end
  return nil
end

-- A cue names shots anywhere in the film: the first scene that has the name.
local function find_cue_shot(w, shots, name, place)
  if not name:find("/", 1, true) then
    local slug = c41.slug(name)
    for i, sh in ipairs(shots) do
      if sh.name == slug then
        return i - 1
      end
    end
  end
  return cue_shot(w, shots, name, place)
end

local function music(w, shots, c)
  for i, cue in ipairs(w.film.music or {}) do
    local path = c41.asset(cue.file, c41.place(cue, "file"), { "audio" })
    local from = cue.from and find_cue_shot(w, shots, cue.from, c41.place(cue, "from")) or 0
    local to = cue.to and find_cue_shot(w, shots, cue.to, c41.place(cue, "to")) or #shots - 1
    if path and from and to then
      if to < from then
        c41.error(c41.place(w.film.music, i), "this cue ends before it begins", "swap `from` and `to`")
      end
      c.music[#c.music + 1] = { music = c.add("music", { file = path }), from = from, to = to,
        level = cue.level or -18, fade = cue.fade or 1,
        duck = cue.duck }
    end
  end
end

-- What is collected for a conform: its inputs by name, each numbered from 0 in its list.
local function collection(w, shots)
  local c = { inputs = {}, counts = {}, known = {}, pieces = {}, shots = {}, lines = {}, beds = {}, music = {} }
  function c.add(name, ref)
    local key = name .. " " .. (ref.step and ref.step .. " " .. ref.output or ref.file)
    if not c.known[key] then
      c.counts[name] = (c.counts[name] or -1) + 1
      c.known[key] = c.counts[name]
      c.inputs[#c.inputs + 1] = w.input(name, ref)
    end
    return c.known[key]
  end
  function c.add_piece(ref, frames)
    if ref then
      c.pieces[#c.pieces + 1] = { cut = c.add("cut", ref), frames = frames }
    end
  end
  function c.timing(i)
    return "t" .. (i - 1)
  end
  for i, sh in ipairs(shots) do
    timing.add(w, sh, c.inputs, c.timing(i))
  end
  return c
end

-- One file of some shots: makes the conform and hands it out. unit names it where there are several.
local function file_of(w, d, shots, unit, several)
  local c = collection(w, shots)
  pictures(w, d, shots, c)
  mixes(w, shots, c)
  beds(w, shots, c)
  music(w, shots, c)
  local id = "film/" .. d.name .. (unit and "/" .. unit or "")
  local outputs = { "film" }
  if #c.lines > 0 and d.subtitles ~= "none" then
    outputs = { "film", "srt", "vtt" }
  end
  w:step(nil, id, "conform", outputs, {
    inputs = c.inputs, at = d.place,
    params = {
      title = w.film.title, fps = w.format.fps, language = d.language, draft = w.is_draft,
      pixels = d.pixels, container = d.container, encode = d.encode,
      audio = d.audio, loudness = d.loudness, ["true-peak"] = d.peak,
      pieces = c41.array(c.pieces), shots = c41.array(c.shots), lines = c41.array(c.lines),
      beds = c41.array(c.beds), music = c41.array(c.music),
      subtitles = d.subtitles, fades = { ["in"] = first_fade(w), out = c.fade_out },
    },
  })
  local file, draft_file = file_name(w, d, unit, several)
  claim(w, file, d.spec.file and c41.place(d.spec, "file") or d.place)
  for _, output in ipairs(outputs) do
    local function named(path)
      return output == "film" and path or path:gsub("%.[^./]*$", "") .. "." .. output
    end
    c41.deliver { name = d.name .. (unit and "/" .. unit or "") .. (output == "film" and "" or "." .. output),
      step = id, output = output,
      file = named(file), draft_file = named(draft_file), at = d.place }
  end
end

local function each(w, d, several)
  if d.spec.file then
    c41.error(c41.place(d.spec, "file"), ("a file for each %s cannot have one name"):format(d.spec.each),
      "drop `file`: each is named by its " .. d.spec.each)
    return
  end
  for _, scene in ipairs(w.scenes) do
    if d.spec.each == "scene" and #scene.shots > 0 then
      file_of(w, d, scene.shots, scene.name, several)
    elseif d.spec.each == "shot" then
      for _, sh in ipairs(scene.shots) do
        file_of(w, d, { sh }, scene.name .. "-" .. sh.name, several)
      end
    end
  end
end

-- `of`: a step's artifact handed out as it is.
local function as_it_is(w, d)
  local file, draft_file = file_name(w, d, nil, true)
  claim(w, file, d.spec.file and c41.place(d.spec, "file") or d.place)
  c41.deliver { name = d.name, step = d.spec.of, file = d.spec.file or file, draft_file = draft_file,
    at = c41.place(d.spec, "of") }
end

function deliver.lower(w)
  local list, seen = w.film.deliver or { { preset = "web" } }, {}
  for i, spec in ipairs(list) do
    local place = w.film.deliver and c41.place(list, i) or c41.place(w.film)
    spec = type(spec) == "string" and { preset = spec } or spec
    local d = read(w, spec, place)
    if seen[d.name] then
      c41.error(place, ('two deliverables are called "%s"'):format(d.name), "give one of them a `name`")
      c41.note(seen[d.name], "the first is here")
    else
      seen[d.name] = place
      if spec.of then
        as_it_is(w, d)
      elseif spec.each then
        each(w, d, #list > 1)
      elseif #w.shots > 0 then
        file_of(w, d, w.shots, nil, #list > 1)
      end
    end
  end
end

return deliver
