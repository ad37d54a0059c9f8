-- SPDX-License-Identifier: MIT
-- How long a shot is: measured from its voices, else known from its words.
local say = require "rules.say"
local text = require "rules.text"

local timing = {}

local HEAD, TAIL, GAP, LEAST = 0.2, 0.4, 0.3, 4

local function least(sh)
  local shot = sh.shot
  if shot.card then
    return 2 + 0.3 * text.count_words(shot.card.text)
  end
  return LEAST
end

local function footage_range(sh)
  return sh.footage and { ["in"] = sh.shot["in"] or 0, out = sh.shot.out } or nil
end

-- About how long the shot will be, by the length of its text; nil when footage says.
function timing.estimate(sh)
  local shot = sh.shot
  local spoken = 0
  for i = 1, #sh.lines do
    local line = sh.lines[i]
    spoken = line.at and math.max(spoken, line.at) or spoken + (i > 1 and (line.gap or GAP) or 0)
    spoken = spoken + text.seconds(line.text)
  end
  if #sh.lines > 0 then
    spoken = spoken + (shot.head or HEAD) + (shot.tail or TAIL)
  end
  if shot.seconds or #sh.lines > 0 then
    return math.max(shot.seconds or 0, spoken)
  end
  return not sh.footage and least(sh) or nil
end

local function measured(w, sh)
  local shot, spoken = sh.shot, sh.lines
  local inputs, lines = c41.room(#spoken + 1), c41.room(#spoken)
  for i = 1, #spoken do
    local line = spoken[i]
    lines[i] = { name = line.name, who = line.who, gap = line.gap or GAP, at = line.at }
    inputs[i] = line.input
  end
  if sh.footage then
    inputs[#inputs + 1] = w.input("footage", sh.footage)
  end
  local place = shot.say and c41.place(shot, "say") or sh.place
  local made = w:step(sh, "timing", "timing", "timing", {
    inputs = inputs, at = place,
    params = {
      fps = w.format.fps, seconds = shot.seconds, head = shot.head or HEAD, tail = shot.tail or TAIL,
      lines = c41.array(lines), least = least(sh), footage = footage_range(sh),
    },
  })
  sh.timing = { ref = made, input = w.input("timing", made, "read") }
end

-- Whether the length is known only when voices or footage are there.
local function is_measured(sh)
  return #sh.lines > 0 or (sh.footage ~= nil and not sh.shot.seconds)
end

-- The frames that the shot has at least, whatever will be measured; where nothing is, those that it has.
function timing.least(w, sh)
  local shot, first = sh.shot, sh.lines[1]
  local spoken = first and (first.at or shot.head or HEAD) + (shot.tail or TAIL) or 0
  return w:frames(is_measured(sh) and math.max(shot.seconds or 0, spoken) or shot.seconds or least(sh))
end

-- Sets sh.timing to the step that measures, as reference and as input, or sh.frames where it is known; on first use.
function timing.of(w, sh)
  if sh.timing or sh.frames then
    return
  end
  say.lower(w, sh)
  if is_measured(sh) then
    measured(w, sh)
  else
    sh.frames = timing.least(w, sh)
  end
end

-- The step that measures a shot, lowered on first use; nil where its length is known.
local function measured_by(w, sh)
  timing.of(w, sh)
  return sh.timing
end

local FRAMES, SECONDS = { late = "timing.frames" }, {}

-- A fact of the shot's timing as a late value of the input called name; frames and seconds may be plain.
function timing.frames(w, sh, name)
  if measured_by(w, sh) then
    return name and { late = name .. ".frames" } or FRAMES
  end
  return sh.frames
end

function timing.seconds(w, sh, plus)
  plus = plus or 0
  if measured_by(w, sh) then
    SECONDS[plus] = SECONDS[plus] or w.late("timing.seconds", plus ~= 0 and plus or nil)
    return SECONDS[plus]
  end
  return w:seconds(sh.frames) + plus
end

-- The read edge that such a late value needs; nothing where the shot has no timing step.
function timing.add(w, sh, inputs, name)
  local by = measured_by(w, sh)
  if by then
    inputs[#inputs + 1] = name and w.input(name, by.ref, "read") or by.input
  end
  return inputs
end

return timing
