-- SPDX-License-Identifier: MIT
-- Lines of dialogue: from a script, or from mappings, to records {name, who, text, mode, …}.
local names = require "rules.names"
local takes = require "rules.takes"
local text = require "rules.text"

local say = {}

local LINE_KEYS = {
  direction = true, emotion = true, mode = true, gap = true, at = true, file = true, line = true,
  takes = true, pick = true }
local MODES = { ["vo"] = "vo", ["os"] = "os", ["v.o."] = "vo", ["o.s."] = "os", ["v.o"] = "vo", ["o.s"] = "os" }

-- "(nervous; V.O.)" -> direction "nervous", mode "vo"
local function read_parenthesis(inside)
  local direction, mode = {}, nil
  for part in inside:gmatch("[^;]+") do
    part = part:match("^%s*(.-)%s*$")
    if MODES[part:lower()] then
      mode = MODES[part:lower()]
    elseif part ~= "" then
      direction[#direction + 1] = part
    end
  end
  return #direction > 0 and table.concat(direction, "; ") or nil, mode
end

-- One line of a script; start is its first byte in the whole text, for the place of an error.
local function read_script_line(w, line, start, shot)
  local place = c41.part(c41.place(shot, "say"), start, #line)
  local head, inside, words = line:match("^%s*([^:(]-)%s*(%b())%s*:%s*(.-)%s*$")
  if not head then
    head, words = line:match("^%s*([^:]-)%s*:%s*(.-)%s*$")
  end
  if not head or head == "" then
    c41.error(place, "this line does not say who speaks", "write WHO: words, or WHO (direction; V.O.): words")
    return nil
  elseif words == "" then
    c41.error(place, ("%s has nothing to say"):format(head),
      "write the words behind the colon, on the same line")
    return nil
  end
  local first = line:find(head, 1, true) - 1
  local who = names.cast(w, head, c41.part(c41.place(shot, "say"), start + first, #head))
  local direction, mode
  if inside then
    direction, mode = read_parenthesis(inside:sub(2, -2))
  end
  return who and { who = who, text = words, direction = direction, mode = mode, marked = mode, place = place }
end

local function read_script(w, shot)
  local lines, start = {}, 0
  for line in (shot.say .. "\n"):gmatch("(.-)\n") do
    if line:match("%S") then
      lines[#lines + 1] = read_script_line(w, line, start, shot)
    end
    start = start + #line + 1
  end
  return lines
end

local function speaker_of(w, map)
  local speaker
  for _, key in ipairs(c41.keys(map)) do
    if not LINE_KEYS[key] then
      if speaker then
        c41.error(c41.place(map, key), ('a line has one speaker, this one has "%s" and "%s"'):format(speaker, key),

          "write `say` as a list, a line each")
        return nil
      end
      speaker = key
    end
  end
  if not speaker then
    c41.error(c41.place(map), "this line does not say who speaks", "write `WHO: words`")
  end
  return speaker
end

local function read_mapping(w, map)
  local speaker = speaker_of(w, map)
  local who = speaker and (names.cast_id(w, speaker) or names.cast(w, speaker, c41.key(map, speaker)))
  if not who then
    return nil
  end
  return { who = who, text = map[speaker], direction = map.direction, emotion = map.emotion, mode = map.mode,
    marked = map.mode,
    gap = map.gap, at = map.at, file = map.file, line = map.line, takes = map.takes, pick = map.pick, map = map,
    place = c41.place(map, speaker) }
end

local function line_name(line)
  if line.line then
    return c41.slug(line.line)
  end
  local first, second
  for word in text.plain(line.text):gmatch("%S+") do
    word = c41.slug(word)
    if first and word ~= "" then
      second = word
      break
    elseif word ~= "" then
      first = word
    end
  end
  return c41.slug(line.who .. " " .. (first or "") .. " " .. (second or ""))
end

local function is_one_of(list, wanted)
  for i = 1, #list do
    local one = list[i]
    if one == wanted then
      return true
    end
  end
  return false
end

-- All lines of a shot, in order. Sets sh.lines and sh.present.
function say.read(w, sh)
  local shot, lines = sh.shot, nil
  if type(shot.say) == "string" then
    lines = read_script(w, shot)
  elseif type(shot.say) == "table" and #shot.say > 0 then
    lines = c41.room(#shot.say)
    for _, map in ipairs(shot.say) do
      lines[#lines + 1] = read_mapping(w, map)
    end
  elseif type(shot.say) == "table" then
    lines = { read_mapping(w, shot.say) }
  else
    lines = {}
  end
  local speakers, seen = c41.room(#lines), {}
  for i = 1, #lines do
    local line = lines[i]
    line.name = names.numbered(seen, line_name(line))
    line.tail = "voice/" .. line.name
    if line.who ~= "narrator" and line.mode ~= "vo" and line.mode ~= "os" then
      speakers[#speakers + 1] = line.who
    end
  end
  sh.lines, sh.present = lines, names.present(w, sh, speakers)
  for i = 1, #lines do
    local line = lines[i]
    local narrated = line.who == "narrator" and not (w.film.cast or {}).narrator
    local unseen = line.who == "narrator" and "vo" or "os"
    line.mode = line.mode or (not narrated and is_one_of(sh.present, line.who) and "sync") or unseen
  end
end

-- The voice of a character as params, and the files it needs.
local function voice_params(w, line, preset)
  local member = w.cast[line.who] or {}
  local voice = member.voice or {}
  local params = {
    who = line.who,
    voice = { name = voice.name, design = voice.design, text = voice.text },
    direction = line.direction or voice.direction,
    language = voice.language,
    speed = voice.speed,
    pronounce = member.pronounce,
    text = nil, emotion = nil, seed = nil, -- below, and by takes.make
  }
  local emotion, owner = line.emotion or voice.emotion, line.emotion and line.map or voice
  local inputs = {}
  if type(emotion) == "string" then
    local path = c41.asset(emotion, c41.place(owner, "emotion"), { "audio" })
    inputs[#inputs + 1] = path and w.takes(preset, "emotion") and w.input("emotion", { file = path }) or nil
  else
    params.emotion = emotion
  end
  if voice.clone then
    local path = c41.asset(voice.clone, c41.place(voice, "clone"), { "audio" })
    inputs[#inputs + 1] = path and w.takes(preset, "clone") and w.input("clone", { file = path }) or nil
  end
  return params, inputs
end

local function speak(w, sh, line)
  local member = w.cast[line.who] or {}
  local voice = member.voice or {}
  local preset = w:maker("speak", voice.preset, voice.preset and c41.place(voice, "preset") or line.place, false)
  local params, inputs = voice_params(w, line, preset)
  params.text = text.value(w, line.text, sh.id, line.tail, line.place, inputs)
  return takes.make(w, sh, {
    tail = line.tail, kind = "speak", preset = preset, output = "voice", params = params, inputs = inputs,
    at = line.place,
    seed_name = sh.was .. "/" .. line.name, takes = line.takes, pick = line.pick,
    pick_at = line.pick and c41.place(line.map, "pick"),
  })
end

-- The recordings and voices of a shot: sets line.voice to a reference each, line.input to it as an input, line.start
-- and line.seconds to what the shot's timing says of it, and line.heard to what is told of it where it is mixed.
function say.lower(w, sh)
  local spoken = sh.lines
  for i = 1, #spoken do
    local line = spoken[i]
    if line.file then
      local path = c41.asset(line.file, c41.place(line.map, "file"), { "audio" })
      line.voice = { file = path or line.file }
    else
      line.voice = speak(w, sh, line)
    end
    line.input = w.input(line.name, line.voice)
    local fact = "timing.lines." .. line.name
    line.start, line.seconds = { late = fact .. ".start" }, { late = fact .. ".seconds" }
    line.heard = { name = line.name, start = line.start }
  end
end

return say
