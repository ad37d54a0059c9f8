-- SPDX-License-Identifier: MIT
-- Music in a file: from which of its shots to which.
local names = require "rules.names"
local sound = require "rules.sound"

local cues = {}

-- The number of the shot that a cue, or a poster, names: SCENE/SHOT, or the first shot of that name. nil where this
-- file does not have it, which in a file of the whole film is an error.
function cues.shot(w, a, name, place, unit)
  local scene, shot = name:match("^(.-)/(.+)$")
  local found, slug = scene and w.scene_by_name[c41.slug(scene)], c41.slug(shot or name)
  for i, at in ipairs(a.names) do
    if at == slug and (not scene or found and found.index == a.scenes[i]) then
      return i - 1
    end
  end
  local first = not unit and names.shots(w, w.scenes[a.scenes[1]])[1]
  if first then
    names.shot(w, first, name, place)
  end
  return nil
end

-- The scene of the shot that a cue names: the first in the film that has one of that name. nil after an error.
local function scene_of(w, a, name, place)
  local scene, shot = name:match("^(.-)/(.+)$")
  local found, slug = scene and w.scene_by_name[c41.slug(scene)], c41.slug(shot or name)
  if found and found.index ~= a.scenes[1] then
    return found
  end
  for _, s in ipairs(scene and { found } or w.scenes) do
    for _, sh in ipairs(names.look_at(w, s)) do
      if sh.name == slug then
        return s
      end
    end
  end
  names.shot(w, names.shots(w, w.scenes[a.scenes[1]])[1], name, place)
  return nil
end

-- Whether a shot of the file's own scene stands behind those of the file, which does not have it.
local function is_behind(w, a, name)
  local slug = c41.slug(name:match("([^/]+)$"))
  for _, sh in ipairs(names.shots(w, w.scenes[a.scenes[1]])) do
    if sh.name == slug or sh.name == a.names[1] then
      return sh.name ~= slug
    end
  end
  return false
end

-- The shot of a file of some shots with which a cue begins or ends there, and whether the cue names it; else the first
-- or last (edge) that it lies over. false: it lies over none; nil after an error.
local function cue_end_in_part(w, a, name, place, is_start, edge)
  local scene = scene_of(w, a, name, place)
  if not scene then
    return nil
  end
  local own = a.scenes[1]
  local shot = scene.index == own and cues.shot(w, a, name, place, true)
  if shot then
    return shot, true
  end
  local behind = scene.index > own or scene.index == own and is_behind(w, a, name)
  return behind ~= is_start and edge, false
end

-- The shot of the file with which a cue begins (key is "from") or ends ("to"); as above in a file of some shots.
local function cue_end(w, a, cue, key, unit)
  local is_start = key == "from"
  local edge = is_start and 0 or #a.shots - 1
  if not cue[key] then
    return edge, true
  end
  local place = c41.place(cue, key)
  if unit then
    return cue_end_in_part(w, a, cue[key], place, is_start, edge)
  end
  return cues.shot(w, a, cue[key], place), true
end

-- Adds a cue to what a file is made of. One that begins before the file's shots begins with them there.
function cues.add(w, a, cue, place, unit)
  local path = c41.asset(cue.file, c41.place(cue, "file"), { "audio" })
  local from, is_start = cue_end(w, a, cue, "from", unit)
  local to = cue_end(w, a, cue, "to", unit)
  if not (path and from and to) then
    return
  elseif to < from then
    c41.error(place, "this cue ends before it begins", "swap `from` and `to`")
  end
  local record = sound.cue(w, cue, { music = a.add("music", { file = path }), from = from, to = to })
  record.at = is_start and record.at or nil
  a.music[#a.music + 1] = record
end

return cues
