-- SPDX-License-Identifier: MIT
-- Who is called what: scenes, shots, cast, locations, LoRAs; and finding them again.
local text = require "rules.text"

local names = {}

-- Reports a name that is not there, with the nearest that is.
function names.unknown(what, name, list, place, remedy)
  local near = c41.nearest(name, list)
  local help = near and ('did you mean "%s"?'):format(near) or remedy
  if not help then
    help = #list > 0 and ("there are: " .. table.concat(list, ", ")) or ("the film defines no " .. what)
  end
  c41.error(place, ('unknown %s "%s"'):format(what, name), help)
end

-- The id of a cast member from how a script or a prompt calls him; nil without a match.
function names.cast_id(w, name)
  return w.cast[name] and name or w.cast_by_slug[c41.slug(name)]
end

function names.cast(w, id, place)
  local found = names.cast_id(w, id)
  if not found then
    names.unknown("character", id, c41.keys(w.cast), place)
  end
  return found
end

local function read_cast(w)
  w.cast, w.cast_by_slug = {}, {}
  for _, id in ipairs(c41.keys(w.film.cast)) do
    local slug = c41.slug(id)
    local place = c41.key(w.film.cast, id)
    if w.cast_by_slug[slug] then
      c41.error(place, ('"%s" and "%s" are one name in a script'):format(id, w.cast_by_slug[slug]),
        "rename one of them")
    end
    w.cast[id] = w.film.cast[id] or {}
    w.cast_by_slug[slug] = id
  end
  if not w.cast_by_slug.narrator then
    w.cast.narrator = {}
    w.cast_by_slug.narrator = "narrator"
  end
  w.cast_slugs, w.cast_places = c41.keys(w.cast_by_slug), {}
  for _, id in ipairs(c41.keys(w.cast)) do
    w.cast_places[id] = c41.place(w.film.cast or w.film, id)
  end
end

-- Files that the cast names are checked whether a preset of today takes them or not.
function names.check_files(w)
  for _, id in ipairs(c41.keys(w.film.cast)) do
    local member = w.film.cast[id]
    for i, path in ipairs(member.references or {}) do
      c41.asset(path, c41.place(member.references, i), { "image" })
    end
    local voice = member.voice or {}
    if voice.clone then
      c41.asset(voice.clone, c41.place(voice, "clone"), { "audio" })
    end
  end
end

-- The name of the n-th of equals: "sea", "sea-2", "sea-3".
function names.numbered(seen, name)
  seen[name] = (seen[name] or 0) + 1
  return seen[name] == 1 and name or name .. "-" .. seen[name]
end

local function place_of(scene)
  return c41.place(scene, scene.id and "id" or "scene")
end

-- seen has the scenes by their names, unnamed how many have none.
local function scene_name(scene, seen, unnamed)
  local given = scene.id or scene.scene
  local name = given and c41.slug(given) or "scene"
  if given and name == "" then
    c41.error(place_of(scene), ('"%s" has no letter or digit to make a name of'):format(given),
      "give the scene an `id`")
    name = "scene"
  elseif given and seen[name] then
    c41.error(place_of(scene), ('two scenes are called "%s"'):format(given), "give one of them an `id` of its own")
    c41.note(place_of(seen[name]), "the first is here")
  end
  if given then
    seen[name] = seen[name] or scene
    return name
  end
  return names.numbered(unnamed, name)
end

-- The picture words of a shot, which name it when nobody did.
local function shot_words(shot)
  local parts = {}
  local function add(value)
    if type(value) == "table" then
      value = value.prompt or value.file or value.from or value.text or value.write or ""
      if type(value) == "table" then
        value = value.write or ""
      end
    end
    parts[#parts + 1] = tostring(value or "")
  end
  add(shot.image)
  add(shot.video)
  add(shot.file)
  add(shot.card)
  local words = table.concat(parts, "\n")
  return words:match("%S") and words or "say\n" .. (type(shot.say) == "string" and shot.say or "")
end

-- seen has the shots by their names, unnamed how many there are of each digest.
local function shot_name(shot, seen, unnamed)
  if not shot.shot then
    return names.numbered(unnamed, c41.digest(shot_words(shot)):sub(1, 8))
  end
  local name = c41.slug(shot.shot)
  local first = seen[name]
  if name == "" then
    c41.error(c41.place(shot, "shot"), ('"%s" has no letter or digit to make a name of'):format(shot.shot),
      "choose another name")
  elseif first then
    c41.error(c41.place(shot, "shot"), ('two shots of this scene are called "%s"'):format(shot.shot),
      "rename one of them")
    c41.note(c41.place(first, "shot"), "the first is here")
  end
  seen[name] = first or shot
  return name
end

-- Names every scene. Shots are named when somebody asks for those of a scene, so that each scene can be lowered
-- by itself: what is known of shots lives until names.forget.
function names.outline(w)
  read_cast(w)
  w.scenes, w.scene_by_name, w.n_shots, w.touched = {}, {}, 0, {}
  local seen, unnamed = {}, {}
  for i, scene in ipairs(w.ctx.scenes) do
    local s = { name = scene_name(scene, seen, unnamed), was = scene.was and c41.slug(scene.was), index = i,
      n_shots = scene.shots, kept = scene.kept }
    w.scenes[i] = s
    w.scene_by_name[s.name] = w.scene_by_name[s.name] or s
    w.n_shots = w.n_shots + scene.shots
    c41.name_scene(i, s.name)
  end
end

-- Whether every scene has a name of its own, and none by its number.
function names.all_given(w)
  for _, scene in ipairs(w.ctx.scenes) do
    if not (scene.id or scene.scene) then
      return false
    end
  end
  return true
end

-- One record a shot: what the rules pass around. Below the line stands what they find out, each on first use.
local function outline_shots(s)
  s.scene = c41.scene(s.index)
  local list, seen, unnamed = c41.room(s.n_shots), {}, {}
  for i, raw in ipairs(s.scene.shots or {}) do
    local shot = c41.hook_shot(raw, s.scene) or raw
    local name = shot_name(shot, seen, unnamed)
    local was = shot.was and c41.slug(shot.was) or name
    list[i] = { shot = shot, scene = s, name = name, was = was, id = s.name .. "/" .. name, place = c41.place(shot),
      position = i,
      --
      lines = nil, present = nil, timing = nil, still = nil, board = nil, still_drafted = nil, clip = nil, mix = nil }
  end
  return list
end

-- The shots of a scene, named on first use.
function names.shots(w, s)
  if not s.shots then
    s.shots = outline_shots(s)
    w.touched[#w.touched + 1] = s
  end
  return s.shots
end

-- Forgets all shots: the next scene is lowered as if it were the only one.
function names.forget(w)
  for _, s in ipairs(w.touched) do
    s.shots, s.scene, s.cast = nil, nil, nil
  end
  w.touched, w.made = {}, {}
end

-- The shots of another scene, which decide from here on what the one gives that is lowered now.
function names.look_at(w, s)
  c41.look_at(s.index)
  return names.shots(w, s)
end

-- The nearest scene with shots in that direction (-1 or 1); nil at the end of the film.
function names.neighbour(w, s, step)
  c41.want_neighbours(s.index)
  local other = w.scenes[s.index + step]
  while other and other.n_shots == 0 do
    other = w.scenes[other.index + step]
  end
  return other
end

-- The shot before the first of scene s; nil at the beginning of the film.
local function shot_before(w, s)
  local other = names.neighbour(w, s, -1)
  local shots = other and names.look_at(w, other)
  return shots and shots[#shots]
end

local function all_ids(w)
  local list = {}
  for _, s in ipairs(w.scenes) do
    for _, sh in ipairs(names.look_at(w, s)) do
      list[#list + 1] = sh.id
    end
  end
  return list
end

local function find_shot(list, name)
  for _, sh in ipairs(list) do
    if sh.name == name then
      return sh
    end
  end
  return nil
end

-- A shot called NAME of this scene, or SCENE/NAME; nil without a match.
function names.find_shot(w, s, name)
  local scene, shot = name:match("^(.-)/(.+)$")
  if scene then
    s = w.scene_by_name[c41.slug(scene)]
  end
  return s and find_shot(names.look_at(w, s), c41.slug(shot or name))
end

-- SHOT of this scene, `scene/shot`, or `previous`. nil after an error.
function names.shot(w, from, name, place)
  if name == "previous" then
    local before = from.scene.shots[from.position - 1] or shot_before(w, from.scene)
    if not before then
      c41.error(place, "there is no shot before this one", "name another shot")
    end
    return before and w.prepared(before)
  end
  local found = names.find_shot(w, from.scene, name)
  if not found then
    local list = name:find("/", 1, true) and all_ids(w) or {}
    for _, sh in ipairs(from.scene.shots) do
      list[#list + 1] = sh.shot.shot and sh.name or nil
    end
    names.unknown("shot", name, list, place, "name a shot of this scene, scene/shot, or previous")
  end
  return found and w.prepared(found)
end

-- What was decided for a step, under its name or the one it had.
function names.pick(w, sh, tail)
  local picks, scene = w.ctx.picks, sh.scene
  return picks and (picks[sh.id .. "/" .. tail] or picks[(scene.was or scene.name) .. "/" .. sh.was .. "/" .. tail])
end

function names.location(w, sh)
  local id = sh.shot.location or sh.scene.scene.location
  if not id then
    return nil
  end
  local locations = w.film.locations or {}
  if locations[id] then
    return id, locations[id]
  end
  local owner = sh.shot.location and sh.shot or sh.scene.scene
  names.unknown("location", id, c41.keys(locations), c41.place(owner, "location"))
  return nil
end

-- Adds a name to a list of them, once.
local function add_once(list, seen, id)
  if id and not seen[id] then
    seen[id] = true
    list[#list + 1] = id
  end
end

-- The `cast` of a shot or scene as ids.
local function listed(w, cast)
  local list, seen = c41.room(#cast), {}
  for i, id in ipairs(cast) do
    add_once(list, seen, names.cast(w, id, c41.place(cast, i)))
  end
  return list
end

-- Who is in the picture: as the shot or its scene says, else the speakers whose lines are neither marked
-- V.O. nor O.S., and those whom the prompt names.
function names.present(w, sh, speakers)
  local scene = sh.scene
  if sh.shot.cast then
    return listed(w, sh.shot.cast)
  elseif scene.scene.cast then
    scene.cast = scene.cast or listed(w, scene.scene.cast)
    return scene.cast
  end
  local list, seen = {}, {}
  for _, id in ipairs(speakers) do
    add_once(list, seen, id)
  end
  local image, video = sh.shot.image, sh.shot.video
  local words = text.plain(image and image.prompt) .. "\n" .. text.plain(video and video.prompt)
  for _, slug in ipairs(c41.said(words, w.cast_slugs)) do
    add_once(list, seen, slug ~= "narrator" and w.cast_by_slug[slug])
  end
  return list
end

return names
