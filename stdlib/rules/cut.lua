-- SPDX-License-Identifier: MIT
-- The picture of each shot, encoded for one deliverable, and the frames of each transition.
local clip = require "rules.clip"
local still = require "rules.still"
local subtitles = require "rules.subtitles"
local timing = require "rules.timing"
local titles = require "rules.titles"

local cut = {}

-- How a clip's frames and its time become the shot's. One that is heard, or speaks, keeps its speed.
local function pace(w, sh, made, params)
  local shot, heard = sh.shot, made.speaks or (sh.footage and sh.shot.audio ~= "drop")
  local between, stretch = shot.between or w.format.between, shot.stretch or w.format.stretch
  params.between = between ~= "nearest" and between or nil
  params.stretch = not heard and stretch ~= 0 and stretch or nil
  if heard and (shot.stretch or 0) > 0 then
    c41.warn(c41.place(shot, "stretch"), "a clip that is heard keeps its speed",
      sh.footage and "write `audio: drop`, or drop `stretch`" or "drop `stretch`")
  end
end

-- What is seen of a shot: adds to params and returns the reference; docs/steps.md, cut.
local function picture(w, d, sh, params)
  local made = clip.of(w, sh)
  params.frames, params.handles = timing.frames(w, sh), 0
  if made then
    pace(w, sh, made, params)
  end
  if made and sh.footage then
    params.from, params["in"] = "footage", sh.shot["in"] or 0
    params.out = params.stretch and sh.shot.out or clip.early_end(sh)
    return made.ref
  elseif made then
    params.from, params.handles = "clip", made.handles
    return made.ref
  end
  params.from, params.move = "still", sh.shot.move or "static"
  return still.for_shape(w, sh, d)
end

local function drafted(sh)
  if sh.clip then
    return sh.clip.drafted or (sh.still_drafted and not sh.footage)
  end
  return sh.still_drafted
end

-- The burn-in over a draft: whose shot it is, and each line while it is spoken.
local function slate(w, sh, inputs, clock)
  if not drafted(sh) then
    return nil
  end
  return { film = w.film.title, slug = sh.scene.scene.scene, shot = sh.shot.shot and sh.name or nil,
    size = sh.shot.size, draft = true,
    note = sh.board and sh.board.prompt or nil, lines = titles.spoken(w, sh, inputs, clock) }
end

-- The shot's look over the film's, key by key; name is the LUT's among the inputs.
local function look(w, sh, inputs, name)
  local own, film = sh.shot.look, w.film.look
  if not (own or film) then
    return nil
  end
  own, film = own or {}, film or {}
  local owner = own.lut and own or film
  local file = owner.lut and c41.asset(owner.lut, c41.place(owner, "lut"), { "lut" })
  inputs[#inputs + 1] = file and w.input(name or "lut", { file = file }) or nil
  local cdl, grain = own.cdl or film.cdl, own.grain or film.grain
  return (cdl or grain) and { cdl = cdl, grain = grain } or nil
end

local function check_transition(spec)
  local found
  for _, kind in ipairs { "dissolve", "fade", "wipe" } do
    if spec[kind] and found then
      c41.error(c41.key(spec, kind), ("a transition is one thing, this one is %s and %s"):format(found, kind),
        "drop one of them")
    end
    found = found or (spec[kind] and kind)
  end
  if spec.color and not spec.fade then
    c41.error(c41.key(spec, "color"), ("a %s has no colour"):format(found), "write `fade`, or drop `color`")
  end
end

-- The number of frames of the transition out of a shot, even; 0 for a cut.
function cut.transition(w, sh)
  local spec = sh.shot.transition
  if type(spec) ~= "table" then
    return 0
  end
  check_transition(spec)
  local kind = spec.dissolve and "dissolve" or spec.wipe and "wipe" or "fade"
  local seconds = spec.dissolve or spec.wipe or spec.fade or 0
  local half = math.floor(seconds * w.fps_num / w.fps_den / 2 + 0.5)
  return 2 * half, kind, spec.color, seconds
end

-- The last shot of the film: only a fade has somewhere to go.
function cut.check_last(w, sh)
  local frames, kind = cut.transition(w, sh)
  if frames > 0 and kind ~= "fade" then
    c41.warn(c41.place(sh.shot, "transition"),
      ("a %s leads into another shot, and this is the film's last: it is left out"):format(kind),
      "write `transition: {fade: SECONDS}` to end in a colour, or `transition: cut`")
  end
end

local function check_room(w, sh, skip, drop)
  local frames = sh.frames or (sh.shot.seconds and w:frames(sh.shot.seconds))
  if frames and skip + drop >= frames then
    c41.error(c41.place(sh.shot, drop > 0 and "transition" or "seconds"),
      ("the transitions take %.2f s of a shot of %.2f s"):format(w:seconds(skip + drop), w:seconds(frames)),
      "make the shot longer, or the transition shorter")
  end
end

-- What people are to read at a shot: its remark, behind its scene's where the scene begins.
local function note(sh)
  local scene = sh.position == 1 and sh.scene.scene.note
  return scene and sh.shot.note and scene .. "\n" .. sh.shot.note or scene or sh.shot.note
end

-- The cut of one shot for a deliverable d; skip and drop are the frames that joins take. row: of subtitles that are
-- burnt in, or nil. The burn-in of a draft has the lines already.
function cut.make(w, d, sh, skip, drop, fades, row)
  local inputs = c41.room(3)
  local params = { fps = w.format.fps, skip = skip, drop = drop, fades = fades, pixels = d.pixels, fit = d.fit,
    focus = sh.shot.focus or d.focus, encode = d.encode, sized = d.sized, slate = nil }
  local ref = picture(w, d, sh, params)
  if not ref then
    return nil -- told where it went wrong
  end
  check_room(w, sh, skip, drop)
  inputs[1], inputs[2] = w.input("picture", ref), d.quality
  timing.add(w, sh, inputs)
  params.slate, params.look = slate(w, sh, inputs), look(w, sh, inputs)
  titles.add(w, d, sh, params, inputs)
  params.subtitles = row and not drafted(sh) and subtitles.of_cut(w, row, sh, inputs) or nil
  return w:step(sh, "cut/" .. d.name, "cut", "cut", { inputs = inputs, params = params, at = sh.place,
    note = note(sh) })
end

-- Both sides' timings go by names of their own.
local function side(w, d, sh, name, inputs)
  local params = { fps = w.format.fps, focus = sh.shot.focus }
  local ref = picture(w, d, sh, params)
  if not ref then
    return nil
  end
  inputs[#inputs + 1] = w.input(name, ref)
  timing.add(w, sh, inputs, "t" .. name)
  params.frames = timing.frames(w, sh, "t" .. name)
  params.slate, params.look = slate(w, sh, inputs, "t" .. name), look(w, sh, inputs, "lut-" .. name)
  titles.add(w, d, sh, params, inputs)
  return params
end

-- The share that a transition of so many frames has of the film's fades: in, where shot sh is the first; and the
-- fade of shot after, where that is the last. nil where none of them reaches into it.
function cut.join_fades(w, sh, after, frames, fade_in, is_last)
  local out_frames, kind, color, seconds = cut.transition(w, after)
  local function reaches(fade, shot)
    return fade * w.fps_num / w.fps_den > timing.least(w, shot) - frames // 2
  end
  local has_in = fade_in > 0 and reaches(fade_in, sh)
  local has_out = is_last and out_frames > 0 and kind == "fade" and reaches(seconds, after)
  return (has_in or has_out) and { ["in"] = has_in and fade_in or 0, out = has_out and seconds or 0,
    ["color-in"] = has_in and w.film.opens.color or nil, ["color-out"] = has_out and color or nil } or nil
end

-- Subtitles stay as they are while the picture under them changes.
local function over(w, sh, after, frames, row, inputs)
  local burnt = row and not (drafted(sh) and drafted(after)) and subtitles.of_join(w, row, after, frames, inputs)
  return burnt and { subtitles = burnt } or nil
end

-- The transition from shot sh into shot after; row as of cut.make.
function cut.join(w, d, sh, after, frames, kind, color, fades, row)
  local inputs, place = { d.quality }, c41.place(sh.shot, "transition")
  local a, b = side(w, d, sh, "a", inputs), side(w, d, after, "b", inputs)
  if not a or not b then
    return nil
  end
  return w:step(sh, "join/" .. d.name, "join", "cut", {
    inputs = inputs, at = place,
    params = {
      kind = kind, frames = frames, color = color, fades = fades, a = a, b = b, over = over(w, sh, after, frames, row, inputs),
      fps = w.format.fps, pixels = d.pixels, fit = d.fit, focus = d.focus, encode = d.encode,
    },
  })
end

return cut
