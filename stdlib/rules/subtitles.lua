-- SPDX-License-Identifier: MIT
-- Subtitles in the picture: a shot's own lines, and those of shots around it whose words run over it (`head`, `tail`).
local timing = require "rules.timing"
local titles = require "rules.titles"

local subtitles = {}

-- Seconds that a shot's words may begin before its picture, and end behind it.
local function before(sh)
  return #sh.lines > 0 and -(sh.shot.head or 0) or 0
end

local function behind(sh)
  return #sh.lines > 0 and -(sh.shot.tail or 0) or 0
end

local function least(w, sh)
  return w:seconds(timing.least(w, sh))
end

-- Whether words of these shots may run on behind the last of them, and begin before the first; true or nil.
function subtitles.reach(w, shots)
  local on, ahead, length = 0, false, 0
  for _, sh in ipairs(shots) do
    local seconds = least(w, w.prepared(sh))
    ahead = ahead or before(sh) > length
    on, length = math.max(on - seconds, behind(sh), 0), length + seconds
  end
  return on > 0 or nil, ahead or nil
end

-- Shots in a row, with those of the scenes around them whose words may reach here, or nil: a list, with the number of
-- each in `number`, and how many seconds words reach beyond their picture at most.
function subtitles.row(w, earlier, shots, later)
  local row = { number = {}, most = 0 }
  for _, list in ipairs { earlier or {}, shots, later or {} } do
    for _, sh in ipairs(list) do
      row[#row + 1] = w.prepared(sh)
      row.number[sh] = #row
      row.most = math.max(row.most, before(sh), behind(sh))
    end
  end
  return row
end

-- Adds to list the numbers from `from` on, stepwise, of shots whose words reach back to where it begins.
local function add_reaching(w, row, from, step, reach, list)
  local between, i = 0, from
  while row[i] and between < row.most do
    list[#list + 1] = reach(row[i]) > between and i or nil
    between, i = between + least(w, row[i]), i + step
  end
end

-- The numbers of the shots whose words may be heard over number k, its own first if it speaks.
local function heard_over(w, row, k)
  local list = { #row[k].lines > 0 and k or nil }
  add_reaching(w, row, k - 1, -1, behind, list)
  add_reaching(w, row, k + 1, 1, before, list)
  return list
end

-- Frames of shots first to last of a row, plain or late. Each of these is in inputs once, under its own name; named
-- has those that are there.
local function lengths(w, row, first, last, inputs, named)
  local list = c41.room(last - first + 1)
  for i = first, last do
    local sh = row[i]
    if not named[sh.id] then
      timing.add(w, sh, inputs, sh.id)
      named[sh.id] = true
    end
    list[#list + 1] = timing.frames(w, sh, sh.id)
  end
  return list
end

-- The lines of shot i of a row, and where they are for who counts from the beginning of shot k less `half` frames.
local function lines_of(w, row, i, k, half, inputs, named)
  local minus, plus = lengths(w, row, i, k - 1, inputs, named), lengths(w, row, k, i - 1, inputs, named)
  plus[#plus + 1] = half
  lengths(w, row, i, i, inputs, named)
  return { plus = #plus > 0 and plus or nil, minus = #minus > 0 and minus or nil,
    lines = titles.spoken(w, row[i], inputs, row[i].id) }
end

local function told(w, own, around)
  return (own or #around > 0) and { lines = own, around = #around > 0 and around or nil,
    theme = titles.style(w, "subtitle") } or nil
end

-- What the cut of a shot in a row burns in, as a param; nil: nothing. Its own timing is the input "timing" already.
function subtitles.of_cut(w, row, sh, inputs)
  local own, around, named, k = nil, {}, {}, row.number[sh]
  for _, i in ipairs(heard_over(w, row, k)) do
    if i == k then
      own = titles.spoken(w, sh, inputs)
    else
      around[#around + 1] = lines_of(w, row, i, k, nil, inputs, named)
    end
  end
  return told(w, own, around)
end

-- What a transition of so many frames into a shot burns in, over both.
function subtitles.of_join(w, row, after, frames, inputs)
  local around, named, seen, k = {}, {}, {}, row.number[after]
  for over = k - 1, k do
    for _, i in ipairs(heard_over(w, row, over)) do
      if not seen[i] then
        around[#around + 1] = lines_of(w, row, i, k, frames // 2, inputs, named)
        seen[i] = true
      end
    end
  end
  return told(w, nil, around)
end

return subtitles
