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

-- Whether a shot that a file of some shots does not have stands before them (-1) or behind them (1); nil after an error.
-- A name without its scene may be any scene's.
local function side_of(w, a, name, place)
  local scene, shot = name:match("^(.-)/(.+)$")
  local own, slug, side = a.scenes[1], c41.slug(shot or name), -1
  local found = scene and w.scene_by_name[c41.slug(scene)]
  if found and found.index ~= own then
    return found.index < own and -1 or 1
  end
  for _, s in ipairs(scene and { found } or w.scenes) do
    for _, sh in ipairs(names.look_at(w, s)) do
      side = s.index == own and sh.name == a.names[1] and 1 or side
      if sh.name == slug then
        return side
      end
    end
  end
  names.shot(w, names.shots(w, w.scenes[own])[1], name, place)
  return nil
end

-- The shot of the file with which a cue begins or ends, key tells which, and whether the cue names it. In a file of some
-- shots it is the first or last that the cue lies over. false: it lies over none; nil after an error.
local function cue_end(w, a, cue, key, unit)
  local edge, elsewhere = 0, 1
  if key == "to" then
    edge, elsewhere = #a.shots - 1, -1
  end
  if not cue[key] then
    return edge, true
  end
  local place = c41.place(cue, key)
  local shot = cues.shot(w, a, cue[key], place, unit)
  if shot or not unit then
    return shot, true
  end
  local side = side_of(w, a, cue[key], place)
  return side and side ~= elsewhere and edge, false
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
