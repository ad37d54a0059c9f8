-- SPDX-License-Identifier: MIT
-- Deliverables: cuts, joins, mixes, beds and music of a range of shots, in order, to one file.
local cut = require "rules.cut"
local names = require "rules.names"
local sound = require "rules.sound"
local text = require "rules.text"
local timing = require "rules.timing"
local world = require "rules.world"

local deliver = {}

local STEMS = { "dialogue", "effects" }
local EXTENSIONS = { mp4 = "mp4", mov = "mov", mkv = "mkv", mxf = "mxf", wav = "wav", gif = "gif",
  webp = "webp" }

-- The preset's encoder with the codec and quality that the film asks for.
local function encoding(spec, preset)
  local encode = {}
  for key, value in pairs(preset.encode or {}) do
    encode[key] = value
  end
  encode.codec, encode.crf = spec.video or encode.codec, spec.quality or encode.crf
  return c41.fixed(encode)
end

local function read(w, spec, place, several)
  local preset = w:preset("deliver", spec.preset or "web", place)
  local d = { name = c41.slug(spec.name or spec.preset or "web"), spec = spec, place = place, preset = preset,
    several = several }
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
local function file_name(w, d, unit)
  local title, file = title_slug(w), d.spec.file
  if not file and unit then
    file = ("out/%s/%s.%s"):format(title, (d.several and d.name .. "/" or "") .. unit, d.extension)
  elseif not file then
    file = ("out/%s%s.%s"):format(title, d.several and "-" .. d.name or "", d.extension)
  end
  local rest = file:match("^out/(.*)$") or file
  return file, "out/draft/" .. rest
end

-- A file that is handed out lies in the project.
local function check_inside(file, place)
  if ("/" .. file .. "/"):find("/../", 1, true) or file:sub(1, 1) == "/" then
    c41.error(place, ('"%s" leads out of the project'):format(file),
      "write a path below the project's folder, such as out/film.mp4")
  end
end

local function first_fade(w)
  return w.film.opens and w.film.opens.fade or 0
end

-- What shots of a scene take for granted of those around them in the same file: whether they are the first, and the
-- last; how many frames the transitions into and out of them have; and the shot that the last leads into.
local ALONE = { first = true, last = true, into = 0, out = 0 }

-- The same in a file of the whole film. A scene looks at those around it where a transition leads from one to the
-- other, and only there. One that was left out leads nowhere: deliver.film makes sure of that.
local function around(w, scene)
  local before, after = names.neighbour(w, scene, -1), names.neighbour(w, scene, 1)
  local last = before and not before.kept and names.shots(w, before)
  local ends = { first = not before, last = not after, out = 0 }
  ends.into = last and cut.transition(w, last[#last]) or 0
  if ends.into > 0 then
    names.look_at(w, before)
  end
  if after then
    ends.out = cut.transition(w, scene.shots[#scene.shots])
    ends.next_shot = ends.out > 0 and names.look_at(w, after)[1] or nil
  end
  return ends
end

-- Cuts and joins of shots: their inputs and pieces go to c.
local function pictures(w, d, shots, c, ends)
  local skip = ends.into // 2
  for i, sh in ipairs(shots) do
    local next_shot = shots[i + 1] or ends.next_shot
    local frames, kind, color, seconds = cut.transition(w, sh)
    local fades = { ["in"] = i == 1 and ends.first and first_fade(w) or 0, out = 0 }
    local drop = next_shot and frames // 2 or 0
    if frames > 0 and not next_shot and kind == "fade" then
      fades.out, c.fade_out = seconds, seconds
    end
    local faded = (fades["in"] > 0 or fades.out > 0) and fades or nil
    c.add_piece(cut.make(w, d, sh, skip, drop, faded),
      world.plus(timing.frames(w, sh, c.clocks[i]), -skip - drop))
    if drop > 0 then
      c.add_piece(cut.join(w, d, sh, w.prepared(next_shot), frames, kind, color), frames)
    end
    skip = drop
  end
end

-- What a scene is called as a chapter.
local function chapter(scene)
  return scene.scene.scene or (scene.scene.id and text.display(scene.name)) or ("Scene %d"):format(scene.index)
end

local function mixes(w, shots, c)
  for i, sh in ipairs(shots) do
    local shot = { scene = sh.scene.name, title = i == 1 and chapter(sh.scene) or nil,
      frames = timing.frames(w, sh, c.clocks[i]), lead = sh.mix and sh.mix.lead or 0 }
    for _, output in ipairs(sh.mix and STEMS or {}) do
      if sh.mix[output] then
        shot[output] = c.add(output, { step = sh.mix.step, output = output })
      end
    end
    c.shots[i] = shot
    for k = 1, #sh.lines do
      local line = sh.lines[k]
      local fact = c.clocks[i] .. ".lines." .. line.name
      c.lines[#c.lines + 1] = { shot = i - 1, who = text.display(line.who), mode = line.mode,
        text = text.value(w, line.text, sh.id, "/voice/" .. line.name, line.place, c.inputs),
        start = w.late(fact .. ".start"), seconds = w.late(fact .. ".seconds") }
    end
  end
end

-- What shots of one scene give to a file: inputs, each numbered from 0 among those of its name, and what is told of
-- each shot, numbered from 0 too. Plain values that say nothing of where the scene stands: they may come from elsewhere.
local function gather(w, d, shots, ends)
  local c = { inputs = c41.room(3 * #shots), counts = {}, pieces = c41.room(#shots), shots = c41.room(#shots),
    lines = c41.room(#shots), names = c41.room(#shots), beds = c41.room(#shots), clocks = c41.room(#shots) }
  function c.add(name, ref)
    c.inputs[#c.inputs + 1] = w.input(name, ref)
    c.counts[name] = (c.counts[name] or 0) + 1
    return c.counts[name] - 1
  end
  function c.add_piece(ref, frames)
    if ref then
      c.pieces[#c.pieces + 1] = { cut = c.add("cut", ref), frames = frames }
    end
  end
  for i, sh in ipairs(shots) do
    c.clocks[i] = sh.id
    timing.add(w, sh, c.inputs, c.clocks[i])
    c.names[i], c.beds[i] = sh.name, sound.beds(w, sh)
  end
  pictures(w, d, shots, c, ends)
  mixes(w, shots, c)
  return { inputs = c.inputs, counts = c.counts, pieces = c.pieces, shots = c.shots, lines = c.lines,
    names = c.names, beds = c.beds, fade_out = c.fade_out, id = shots[1].id,
    ends = { first = ends.first, last = ends.last, into = ends.into, out = ends.out,
      to = ends.next_shot and ends.next_shot.id } }
end

-- A file that is put together: add gives an input its number among those of its name, once for each source.
local function assembly(w)
  local a = { inputs = {}, counts = {}, known = {}, pieces = {}, shots = {}, lines = {}, beds = {}, music = {},
    names = {} }
  function a.add(name, ref)
    local key = name .. " " .. (ref.step and ref.step .. " " .. ref.output or ref.file)
    if not a.known[key] then
      a.known[key] = a.counts[name] or 0
      a.counts[name] = a.known[key] + 1
      a.inputs[#a.inputs + 1] = w.input(name, ref)
    end
    return a.known[key]
  end
  return a
end

-- A bed goes on under all shots in a row that have it.
local function add_beds(a, given, first)
  for i, refs in ipairs(given.beds) do
    local here = {}
    for _, ref in ipairs(refs) do
      local key = ref.step or ref.file
      local open = a.open and a.open[key]
      here[key] = open or { bed = a.add("bed", ref), from = first + i - 1, level = ref.level or 0, fade = 0.4 }
      here[key].to = first + i - 1
      if not open then
        a.beds[#a.beds + 1] = here[key]
      end
    end
    a.open = here
  end
end

local COUNTED = { "cut", "dialogue", "effects" }

local function append(list, more)
  table.move(more, 1, #more, #list + 1, list)
end

-- Adds what one scene gave. Its numbers count from what is there already.
local function add_given(a, given, scene)
  local base, first = {}, #a.shots
  for _, name in ipairs(COUNTED) do
    base[name] = a.counts[name] or 0
    a.counts[name] = base[name] + (given.counts[name] or 0)
  end
  append(a.inputs, given.inputs)
  for _, piece in ipairs(given.pieces) do
    a.pieces[#a.pieces + 1] = { cut = base.cut + piece.cut, frames = piece.frames }
  end
  for i, shot in ipairs(given.shots) do
    shot.dialogue = shot.dialogue and base.dialogue + shot.dialogue
    shot.effects = shot.effects and base.effects + shot.effects
    a.shots[first + i] = shot
    a.names[first + i] = { scene = scene, name = given.names[i] }
  end
  for _, line in ipairs(given.lines) do
    line.shot = first + line.shot
    a.lines[#a.lines + 1] = line
  end
  add_beds(a, given, first)
  a.fade_out = given.fade_out
end

-- The number of the shot that a cue names: SCENE/SHOT, or the first shot of that name. nil where this file does not
-- have it, which in a file of the whole film is an error.
local function cue_shot(w, a, name, place, unit)
  local scene, shot = name:match("^(.-)/(.+)$")
  local found, slug = scene and w.scene_by_name[c41.slug(scene)], c41.slug(shot or name)
  for i, at in ipairs(a.names) do
    if at.name == slug and (not scene or found and found.index == at.scene) then
      return i - 1
    end
  end
  local first = not unit and names.shots(w, w.scenes[a.names[1].scene])[1]
  if first then
    names.shot(w, first, name, place)
  end
  return nil
end

local function add_cue(w, a, cue, place, unit)
  local path = c41.asset(cue.file, c41.place(cue, "file"), { "audio" })
  local from, to = 0, #a.shots - 1
  if cue.from then
    from = cue_shot(w, a, cue.from, c41.place(cue, "from"), unit)
  end
  if cue.to then
    to = cue_shot(w, a, cue.to, c41.place(cue, "to"), unit)
  end
  if not (path and from and to) then
    return
  elseif to < from then
    c41.error(place, "this cue ends before it begins", "swap `from` and `to`")
  end
  a.music[#a.music + 1] = { music = a.add("music", { file = path }), from = from, to = to,
    level = cue.level or -18, fade = cue.fade or 1, duck = cue.duck }
end

-- One file: makes the conform of what scenes gave, a list of {index, given}, and hands it out. unit names it where
-- there are several, each of one scene.
local function assemble(w, d, scenes, unit, scene)
  local a = assembly(w)
  for _, one in ipairs(scenes) do
    add_given(a, one[2], one[1])
  end
  for i, cue in ipairs(w.film.music or {}) do
    add_cue(w, a, cue, c41.place(w.film.music, i), unit)
  end
  local id = "film/" .. d.name .. (unit and "/" .. unit or "")
  local outputs = { "film" }
  if #a.lines > 0 and d.subtitles ~= "none" then
    outputs = { "film", "srt", "vtt" }
  end
  w:step(nil, id, "conform", outputs, {
    inputs = a.inputs, at = d.place, scene = scene,
    params = {
      title = w.film.title, fps = w.format.fps, language = d.language,
      draft = false, -- until the whole film is known
      pixels = d.pixels, container = d.container, encode = d.encode,
      audio = d.audio, loudness = d.loudness, ["true-peak"] = d.peak,
      pieces = c41.array(a.pieces), shots = c41.array(a.shots), lines = c41.array(a.lines),
      beds = c41.array(a.beds), music = c41.array(a.music),
      subtitles = d.subtitles, fades = { ["in"] = first_fade(w), out = a.fade_out },
    },
  })
  local file, draft_file = file_name(w, d, unit)
  local place = d.spec.file and c41.place(d.spec, "file") or d.place
  check_inside(file, place)
  for _, output in ipairs(outputs) do
    local function named(path)
      return output == "film" and path or path:gsub("%.[^./]*$", "") .. "." .. output
    end
    c41.deliver { name = d.name .. (unit and "/" .. unit or "") .. (output == "film" and "" or "." .. output),
      step = id, output = output,
      file = named(file), draft_file = named(draft_file), at = d.place, file_at = place }
  end
end

-- `of`: a step's artifact handed out as it is.
local function as_it_is(w, d)
  local file, draft_file = file_name(w, d, nil)
  local place = d.spec.file and c41.place(d.spec, "file") or d.place
  check_inside(file, place)
  c41.deliver { name = d.name, step = d.spec.of, file = file, draft_file = draft_file,
    at = c41.place(d.spec, "of"), file_at = place }
end

-- The files that the film wants, each with its preset.
function deliver.read(w)
  local list, seen = w.film.deliver or { { preset = "web" } }, {}
  w.deliverables = {}
  for i, spec in ipairs(list) do
    local place = w.film.deliver and c41.place(list, i) or c41.place(w.film)
    spec = type(spec) == "string" and { preset = spec } or spec
    local d = read(w, spec, place, #list > 1 or spec.of ~= nil)
    if seen[d.name] then
      c41.error(place, ('two deliverables are called "%s"'):format(d.name), "give one of them a `name`")
      c41.note(seen[d.name], "the first is here")
    elseif spec.each and spec.file then
      c41.error(c41.place(spec, "file"), ("a file for each %s cannot have one name"):format(spec.each),
        "drop `file`: each is named by its " .. spec.each)
    else
      w.deliverables[#w.deliverables + 1] = d
    end
    seen[d.name] = seen[d.name] or place
  end
end

-- Whether what scenes give to files is all that these are made of: none names steps anywhere.
function deliver.is_by_scene(w)
  for _, d in ipairs(w.deliverables) do
    if d.spec.of then
      return false
    end
  end
  return true
end

-- The files of a scene and its shots. Returns what the scene gives to each file of the whole film, in order; nil
-- where there is none.
function deliver.scene(w, scene)
  local shots, given, ends = scene.shots, {}, nil
  for _, d in ipairs(#shots > 0 and w.deliverables or {}) do
    if d.spec.each == "scene" then
      assemble(w, d, { { scene.index, gather(w, d, shots, ALONE) } }, scene.name, scene.name)
    elseif d.spec.each == "shot" then
      for _, sh in ipairs(shots) do
        assemble(w, d, { { scene.index, gather(w, d, { sh }, ALONE) } }, scene.name .. "-" .. sh.name, scene.name)
      end
    elseif not d.spec.of then
      ends = ends or around(w, scene)
      given[#given + 1] = gather(w, d, shots, ends)
    end
  end
  return #given > 0 and given or nil
end

-- What a scene was left out with may no longer hold: another stands beside it now, or a transition leads elsewhere.
local function check_ends(scenes)
  for i, one in ipairs(scenes) do
    local ends, before, after = one[2].ends, scenes[i - 1], scenes[i + 1]
    if ends.first == (before ~= nil) or ends.last == (after ~= nil)
      or ends.into ~= (before and before[2].ends.out or 0) or ends.to ~= (ends.to and after and after[2].id) then
      c41.want_all()
    end
  end
end

-- The files of the whole film. given is a list of what deliver.scene returned, scene by scene.
function deliver.film(w, given)
  local i = 0
  for _, d in ipairs(w.deliverables) do
    if d.spec.of then
      as_it_is(w, d)
    elseif not d.spec.each and w.n_shots > 0 then
      local scenes = {}
      i = i + 1
      for index, one in ipairs(given) do
        scenes[#scenes + 1] = one[i] and { index, one[i] }
      end
      check_ends(scenes)
      assemble(w, d, scenes)
    end
  end
end

return deliver
