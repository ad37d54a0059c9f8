-- SPDX-License-Identifier: MIT
-- Deliverables: cuts, joins, mixes, beds and music of a range of shots, in order, to one file.
local budget = require "rules.budget"
local codec = require "rules.codec"
local cues = require "rules.cues"
local cut = require "rules.cut"
local limits = require "rules.limits"
local names = require "rules.names"
local preview = require "rules.preview"
local slate = require "rules.slate"
local sound = require "rules.sound"
local stems = require "rules.stems"
local subtitles = require "rules.subtitles"
local text = require "rules.text"
local timecode = require "rules.timecode"
local timing = require "rules.timing"
local world = require "rules.world"

local deliver = {}

local EXTENSIONS = { mp4 = "mp4", mov = "mov", mkv = "mkv", mxf = "mxf", wav = "wav", gif = "gif",
  webp = "webp", m4a = "m4a", flac = "flac", jpg = "jpg", png = "png" }

local function read(w, spec, place, several)
  local preset = w:preset("deliver", spec.preset or "web", place)
  local d = { name = c41.slug(spec.name or spec.preset or "web"), spec = spec, place = place, preset = preset,
    several = several }
  local function own(key, fallback)
    for _, said in ipairs { spec, preset } do
      if said[key] ~= nil then
        return said[key]
      end
    end
    return fallback
  end
  d.pixels = own("pixels", w.format.pixels)
  d.pixels = type(d.pixels) == "table" and d.pixels or world.pixels(d.pixels, place)
  d.fit, d.focus, d.encode = own("fit", "pad"), own("focus"), codec.encoding(spec, preset)
  d.audio, d.container = own("audio", {}), codec.container(spec, preset)
  d.loudness, d.peak = own("loudness", -14), own("true-peak", -1)
  d.subtitles, d.language = own("subtitles", "sidecar"), own("language")
  stems.read(d, own)
  d.burn_in = own("burn-in")
  d.most_bytes, d.bytes_place = own("max-bytes"), spec["max-bytes"] and c41.place(spec, "max-bytes") or place
  d.shortest, d.longest, d.timecode = own("min-seconds"), own("max-seconds"), own("timecode")
  d.poster, d.each = own("poster"), own("each")
  if d.timecode then
    timecode.check(w, d.timecode, spec.timecode and c41.place(spec, "timecode") or place)
  end
  preview.read(w, d, own)
  slate.read(w, d, own)
  d.budget = budget.read(w, d, d.bytes_place)
  d.audio = d.budget and budget.sound(d.audio) or d.audio
  limits.check(w, d, own, place)
  d.extension = EXTENSIONS[d.container.format or "mp4"] or "mp4"
  if not spec.of then -- which is what it is
    codec.check(d)
  end
  if spec.fps and not d.preview and tostring(spec.fps) ~= (w.format.fps:gsub("/1$", "")) then
    c41.error(c41.place(spec, "fps"),
      ("a deliverable has the film's frame rate, %s"):format(w.format.fps:gsub("/1$", "")),
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
-- last; how many frames the transitions into and out of them have; the shot that the last leads into, and
-- whether that one closes the film.
local ALONE = { first = true, last = true, into = 0, out = 0 }

-- Words that run over the picture between scenes, where subtitles are burnt in: `on` and `ahead`, whether this scene's
-- may; `earlier` and `later`, the shots around it whose words may run over its own or the transition behind them.
local function add_words(w, scene, before, after, ends)
  ends.on, ends.ahead = subtitles.reach(w, scene.shots)
  if before and not before.kept and subtitles.reach(w, names.shots(w, before)) then
    ends.earlier = names.look_at(w, before)
  end
  if after and not after.kept and (ends.out > 0 or select(2, subtitles.reach(w, names.shots(w, after)))) then
    ends.later = names.look_at(w, after)
  end
end

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
    local shots = ends.out > 0 and names.look_at(w, after) or {}
    ends.next_shot = shots[1]
    ends.closes = #shots == 1 and not names.neighbour(w, after, 1)
  else
    cut.check_last(w, scene.shots[#scene.shots])
  end
  if w.burns then
    add_words(w, scene, before, after, ends)
  end
  return ends
end

-- Cuts and joins of shots: their inputs and pieces go to c.
local function pictures(w, d, shots, c, ends)
  local made, trials = budget.split(w, d, c.id)
  local function add(i, frames, make, sh, ...)
    c.add_piece(make(w, made, sh, ...), frames)
    c.least[#c.pieces] = d.preview and preview.least(w, sh, frames, i) or nil
    for k = 1, #trials do
      local ref = make(w, trials[k], sh, ...)
      c.tried[#c.tried + 1] = ref and w.input("trial", ref) or nil
    end
  end
  local skip = ends.into // 2
  local row = d.subtitles == "burn" and subtitles.row(w, ends.earlier, shots, ends.later or { ends.next_shot }) or nil
  for i, sh in ipairs(shots) do
    local next_shot = shots[i + 1] or ends.next_shot
    local frames, kind, color, seconds = cut.transition(w, sh)
    local fade_in, fade_out = i == 1 and ends.first and first_fade(w) or 0, 0
    local drop = next_shot and frames // 2 or 0
    if frames > 0 and not next_shot and kind == "fade" then
      fade_out, c.fade_out = seconds, seconds
    end
    local faded = (fade_in > 0 or fade_out > 0) and { ["in"] = fade_in, out = fade_out,
      ["color-in"] = fade_in > 0 and w.film.opens.color or nil, ["color-out"] = fade_out > 0 and color or nil } or nil
    add(i, world.plus(c.frames[i], -skip - drop), cut.make, sh, skip, drop, faded, row)
    if drop > 0 then
      local after, is_last = w.prepared(next_shot), ends.closes
      if i < #shots then
        is_last = i + 1 == #shots and not ends.next_shot
      end
      add(i, frames, cut.join, sh, after, frames, kind, color,
        cut.join_fades(w, sh, after, frames, fade_in, is_last), row)
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
      frames = c.frames[i], lead = sh.mix and sh.mix.lead or 0, speaks = sh.mix and sh.mix.speaks }
    for k = 1, sh.mix and #sound.STEMS or 0 do
      local output = sound.STEMS[k]
      if sh.mix[output] then
        shot[output] = c.add(output, { step = sh.mix.step, output = output })
      end
    end
    c.shots[i] = shot
    local spoken = sh.lines
    for k = 1, #spoken do
      local line = spoken[k]
      local fact = sh.id .. ".lines." .. line.name
      c.lines[#c.lines + 1] = { shot = i - 1, who = text.display(line.who), mode = line.mode,
        text = text.value(w, line.text, sh.id, line.tail, line.place, c.inputs),
        start = { late = fact .. ".start" }, seconds = { late = fact .. ".seconds" } }
    end
  end
end

-- The step that makes a file; unit names it where there are several.
local function conform_id(d, unit)
  return "film/" .. d.name .. (unit and "/" .. unit or "")
end

-- What shots of one scene give to a file: inputs, each numbered from 0 among those of its name, and what is told of
-- each shot, numbered from 0 too. Plain values that say nothing of where the scene stands: they may come from
-- elsewhere.
local function gather(w, d, shots, ends, unit)
  local n = #shots
  local c = { id = conform_id(d, unit), tried = {}, inputs = c41.room(3 * n), counts = {}, pieces = c41.room(n),
    shots = c41.room(n), lines = c41.room(n), names = c41.room(n), beds = c41.room(n), frames = c41.room(n),
    least = {} }
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
    c.frames[i] = timing.frames(w, sh, sh.id)
    timing.add(w, sh, c.inputs, sh.id)
    c.names[i], c.beds[i] = sh.name, d.preview and {} or sound.beds(w, sh)
  end
  if d.without_picture then
    c.fade_out = stems.closing_fade(w, shots, ends.next_shot)
  else
    pictures(w, d, shots, c, ends)
  end
  if d.preview then
    preview.shots(shots, c)
  else
    mixes(w, shots, c)
  end
  return { inputs = c.inputs, counts = c.counts, pieces = c.pieces, shots = c.shots, lines = c.lines,
    names = c.names, beds = c.beds, tried = c.tried, least = d.preview and c.least or nil, fade_out = c.fade_out, id = shots[1].id,
    ends = { first = ends.first, last = ends.last, into = ends.into, out = ends.out,
      to = ends.next_shot and ends.next_shot.id, closes = ends.closes, on = ends.on, ahead = ends.ahead,
      earlier = ends.earlier and ends.earlier[1].id, later = ends.later and ends.later[1].id } }
end

-- A file of n shots that is put together: add gives an input its number among those of its name, once for each source.
local function assembly(w, n)
  local a = { inputs = c41.room(3 * n), counts = {}, known = {}, pieces = c41.room(n), shots = c41.room(n),
    lines = c41.room(n), beds = {}, music = {}, names = c41.room(n), scenes = c41.room(n), tried = {}, least = {} }
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
      open = open and open.level == (ref.level or 0) and sound.is_ducked_alike(open.duck, ref.duck) and open
      here[key] = open or { bed = a.add("bed", ref), from = first + i - 1, level = ref.level or 0, fade = 0.4,
        duck = ref.duck }
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
  local base, first = { cut = 0, dialogue = 0, effects = 0 }, #a.shots
  for _, name in ipairs(COUNTED) do
    base[name] = a.counts[name] or 0
    a.counts[name] = base[name] + (given.counts[name] or 0)
  end
  append(a.inputs, given.inputs)
  append(a.tried, given.tried)
  for _, piece in ipairs(given.pieces) do
    piece.cut = base.cut + piece.cut
  end
  append(a.pieces, given.pieces)
  for i, shot in ipairs(given.shots) do
    shot.dialogue = shot.dialogue and base.dialogue + shot.dialogue
    shot.effects = shot.effects and base.effects + shot.effects
    a.shots[first + i], a.names[first + i], a.scenes[first + i] = shot, given.names[i], scene
  end
  for _, piece in ipairs(given.least or {}) do
    piece.shot = first + piece.shot
    a.least[#a.least + 1] = piece
  end
  for _, line in ipairs(given.lines) do
    line.shot = first + line.shot
    a.lines[#a.lines + 1] = line
  end
  add_beds(a, given, first)
  a.fade_out = given.fade_out
end

-- Nothing steps back in a file that says `duck: false`.
local function leave_level(list)
  for _, one in ipairs(list) do
    one.duck = false
  end
end

-- The frame that stands for the file: of a shot, or at so many seconds. nil: none.
local function poster(w, d, a, unit)
  local said, place = d.poster, d.spec.poster and c41.place(d.spec, "poster") or d.place
  if said and d.container.format == "mov" then
    c41.warn(place, "a MOV has no place for a poster",
      "choose a preset of MP4 or Matroska, or drop `poster`")
  elseif type(said) == "number" then
    return { seconds = said }
  elseif said then
    local shot = cues.shot(w, a, said, place, unit)
    return shot and { shot = shot }
  end
  return nil
end

-- One file: makes the conform of what scenes gave, a list of {index, given}, and hands it out. unit names it where
-- there are several, each of one scene.
local function assemble(w, d, scenes, unit, scene)
  local n = 0
  for _, one in ipairs(scenes) do
    n = n + #one[2].shots
  end
  local a = assembly(w, n)
  for _, one in ipairs(scenes) do
    add_given(a, one[2], one[1])
  end
  for i, cue in ipairs(not d.preview and w.film.music or {}) do
    cues.add(w, a, cue, c41.place(w.film.music, i), unit)
  end
  if d.preview and #a.pieces > 0 then
    preview.cut_short(w, d, a)
  end
  local id = conform_id(d, unit)
  if d.spec.duck == false then
    leave_level(a.beds)
    leave_level(a.music)
  end
  local outputs = stems.outputs(d)
  if #a.lines > 0 and d.subtitles ~= "none" then
    append(outputs, { "srt", "vtt" })
  end
  if d.slate then
    slate.add(w, d, a, function(variant) return conform_id(variant, unit) end, scene)
  end
  budget.find(w, d, id, a.tried, scene)
  w:step(nil, id, "conform", outputs, {
    inputs = a.inputs, at = d.place, scene = scene,
    params = stems.tell(d, {
      title = w.film.title, fps = w.format.fps, language = d.language,
      draft = false, -- until the whole film is known
      pixels = d.pixels, container = d.container, encode = d.encode,
      audio = d.audio, loudness = d.loudness, ["true-peak"] = d.peak,
      pieces = c41.array(a.pieces), shots = c41.array(a.shots), lines = c41.array(a.lines),
      beds = c41.array(a.beds), music = c41.array(a.music), timecode = d.timecode, slate = d.slate and d.slate.frames,
      poster = poster(w, d, a, unit), preview = d.preview,
      ["min-seconds"] = d.shortest, ["max-seconds"] = d.longest, ["max-bytes"] = d.most_bytes,
      subtitles = d.subtitles, fades = { ["in"] = first_fade(w), out = a.fade_out },
    }),
  })
  local file, draft_file = file_name(w, d, unit)
  local place = d.spec.file and c41.place(d.spec, "file") or d.place
  check_inside(file, place)
  for _, output in ipairs(outputs) do
    c41.deliver { name = stems.name(d, d.name .. (unit and "/" .. unit or ""), output), step = id, output = output,
      file = stems.file(d, file, output), draft_file = stems.file(d, draft_file, output),
      at = d.place, file_at = place }
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
  w.deliverables, w.burns = {}, false
  for i, spec in ipairs(list) do
    local place = w.film.deliver and c41.place(list, i) or c41.place(w.film)
    spec = type(spec) == "string" and { preset = spec } or spec
    local d = read(w, spec, place, #list > 1 or spec.of ~= nil)
    if seen[d.name] then
      c41.error(place, ('two deliverables are called "%s"'):format(d.name), "give one of them a `name`")
      c41.note(seen[d.name], "the first is here")
    elseif d.each and spec.file then
      c41.error(c41.place(spec, "file"), ("a file for each %s cannot have one name"):format(d.each),
        "drop `file`: each is named by its " .. d.each)
    else
      w.deliverables[#w.deliverables + 1] = d
      w.burns = w.burns or d.subtitles == "burn" and not d.each
    end
    seen[d.name] = seen[d.name] or place
  end
end

-- Whether what scenes give to files is all that these are made of: none names steps anywhere, no scene one of a file's,
-- and what a file takes of a scene is the same whatever stands before that.
function deliver.is_by_scene(w)
  for _, d in ipairs(w.deliverables) do
    if d.spec.of or not d.each and (d.budget or d.preview and d.preview.seconds) then
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
    if d.each == "scene" then
      assemble(w, d, { { scene.index, gather(w, d, shots, ALONE, scene.name) } }, scene.name, scene.name)
    elseif d.each == "shot" then
      for _, sh in ipairs(shots) do
        local unit = scene.name .. "-" .. sh.name
        assemble(w, d, { { scene.index, gather(w, d, { sh }, ALONE, unit) } }, unit, scene.name)
      end
    elseif not d.spec.of then
      ends = ends or around(w, scene)
      given[#given + 1] = gather(w, d, shots, ends)
    end
  end
  return #given > 0 and given or nil
end

-- Whether what a scene takes for granted of those around it is so.
local function ends_hold(w, ends, before, after, is_last_but_one)
  local later = w.burns and after and (after.ends.ahead or ends.out > 0) and after.id or nil
  local closes = ends.to ~= nil and after ~= nil and #after.shots == 1 and is_last_but_one
  return ends.first == not before and ends.last == not after and ends.into == (before and before.ends.out or 0)
    and ends.to == (ends.to and after and after.id) and (ends.closes or false) == closes
    and ends.earlier == (before and before.ends.on and before.id or nil)
    and ends.later == later
end

-- What a scene was left out with may no longer hold: another stands beside it now, or a transition leads elsewhere.
local function check_ends(w, scenes)
  for i, one in ipairs(scenes) do
    local before, after = scenes[i - 1], scenes[i + 1]
    if not ends_hold(w, one[2].ends, before and before[2], after and after[2], not scenes[i + 2]) then
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
    elseif not d.each and w.n_shots > 0 then
      local scenes = {}
      i = i + 1
      for index, one in ipairs(given) do
        scenes[#scenes + 1] = one[i] and { index, one[i] }
      end
      check_ends(w, scenes)
      assemble(w, d, scenes)
    end
  end
end

return deliver
