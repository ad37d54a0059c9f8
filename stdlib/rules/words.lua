-- SPDX-License-Identifier: MIT
-- The words of a picture: framing; the prompt; each character in it; the location; the style.
local names = require "rules.names"
local text = require "rules.text"

local words = {}

local SIZES = {
  ["extreme-wide"] = "extreme wide shot", wide = "wide shot", full = "full shot", medium = "medium shot",
  ["medium-close"] = "medium close-up", ["close-up"] = "close-up", ["extreme-close-up"] = "extreme close-up",
  insert = "insert shot",
}

local ANGLES = {
  eye = "eye level", low = "low angle", high = "high angle", overhead = "overhead shot", dutch = "dutch angle",
  ["over-shoulder"] = "over the shoulder", pov = "point of view shot",
}

local MOVES = {
  static = "static camera", handheld = "handheld camera",
  ["push-in"] = "the camera pushes in", ["pull-out"] = "the camera pulls out",
  ["pan-left"] = "the camera pans left", ["pan-right"] = "the camera pans right",
  ["tilt-up"] = "the camera tilts up", ["tilt-down"] = "the camera tilts down",
  ["truck-left"] = "the camera trucks left", ["truck-right"] = "the camera trucks right",
  ["pedestal-up"] = "the camera rises", ["pedestal-down"] = "the camera sinks",
  ["zoom-in"] = "slow zoom in", ["zoom-out"] = "slow zoom out",
}

local ORDER = { "framing", "prompt", "cast", "location", "style" }

local function add(list, value, place)
  if value ~= nil and value ~= "" then
    list[#list + 1] = { value, place }
  end
end

-- The same for what is said under a key of owner.
local function add_of(list, value, owner, key)
  if value then
    add(list, value, c41.place(owner, key))
  end
end

local parts = {}

function parts.framing(_, sh, list)
  local shot = sh.shot
  local size = shot.size and (SIZES[shot.size] or shot.size)
  local angle = shot.angle and (ANGLES[shot.angle] or shot.angle)
  local framing = size and angle and size .. ", " .. angle or size or angle
  add_of(list, framing, shot, shot.size and "size" or "angle")
  add_of(list, shot.lens, shot, "lens")
end

function parts.prompt(_, _, list, prompt, place)
  add(list, prompt, place)
end

-- What a character wears in a shot, in words, and where it is said.
function words.wardrobe(w, sh, id)
  local owner = sh.shot.wears
  if not (owner and owner[id]) then
    owner = sh.scene.scene.wears
  end
  local wears = owner and owner[id]
  local wardrobe = wears and w.cast[id] and w.cast[id].wardrobe
  if not (wardrobe and wardrobe[wears]) then
    return nil -- an unknown one is told once by words.check
  end
  return wardrobe[wears], c41.place(owner, id)
end

-- "Mara is m4ra, a lighthouse keeper in her sixties, wearing oilskin coat"
local function describe(w, id, clothes, loras)
  local member, said = w.cast[id] or {}, nil
  local function join(more)
    said = said and said .. ", " .. more or text.display(id) .. " is " .. more
  end
  for i = 1, #loras do
    local lora = loras[i]
    if lora.trigger and lora.who == id then
      join(lora.trigger)
    end
  end
  if member.looks then
    join(text.plain(member.looks))
  end
  if clothes then
    join("wearing " .. text.plain(clothes))
  end
  return said
end

-- Most are told of in the same words wherever they are seen.
local function describe_in(w, sh, id, loras)
  local clothes = words.wardrobe(w, sh, id)
  if clothes or #loras > 0 then
    return describe(w, id, clothes, loras)
  end
  w.described[id] = w.described[id] or describe(w, id, nil, loras)
  return w.described[id]
end

function parts.cast(w, sh, list, _, _, loras)
  local present = sh.present
  for i = 1, #present do
    local id = present[i]
    add(list, describe_in(w, sh, id, loras), w.cast_places[id])
  end
end

function parts.location(w, sh, list)
  local id, location = names.location(w, sh)
  if location and location.looks then
    add_of(list, text.plain(location.looks), w.film.locations, id)
  end
end

function parts.style(w, sh, list)
  local owner = sh.scene.scene.style and sh.scene.scene or w.film
  add_of(list, owner.style, owner, "style")
end

-- The phrases of a prompt in the order that the preset wants: {TEXT, PLACE} each.
function words.of_picture(w, sh, preset, prompt, place, loras)
  local list = c41.room(8)
  local order = preset and preset.words or ORDER
  for i = 1, #order do
    local part = parts[order[i]]
    if part then
      part(w, sh, list, prompt, place, loras)
    end
  end
  return list
end

-- The phrases for a model that animates: the motion, then the move.
function words.of_motion(sh, prompt, place)
  local list = c41.room(2)
  add(list, prompt, place)
  add_of(list, sh.shot.move and (MOVES[sh.shot.move] or sh.shot.move), sh.shot, "move")
  return list
end

function words.negative(w, own)
  local all = w.film.negative
  return own and all and own .. ", " .. all or own or all
end

-- Names in `wears` are checked once a shot and once a scene.
local function check_wears(w, owner)
  if not owner.wears then
    return
  end
  for _, id in ipairs(c41.keys(owner.wears)) do
    local who, place = names.cast(w, id, c41.key(owner.wears, id)), c41.place(owner.wears, id)
    local wardrobe_of = who and (w.cast[who].wardrobe or {}) or nil
    if wardrobe_of and not wardrobe_of[owner.wears[id]] then
      names.unknown(("wardrobe of %s:"):format(who), owner.wears[id], c41.keys(wardrobe_of), place,
        not next(wardrobe_of) and
          ("%s has no wardrobe; add `wardrobe: {%s: …}` to the character"):format(who, owner.wears[id]) or nil)
    end
  end
end

function words.check(w, scene)
  check_wears(w, scene.scene)
  for i, id in ipairs(scene.scene.cast or {}) do
    names.cast(w, id, c41.place(scene.scene.cast, i)) -- also where every shot has a cast of its own
  end
  for _, sh in ipairs(scene.shots) do
    check_wears(w, sh.shot)
  end
end

return words
