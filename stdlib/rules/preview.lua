-- SPDX-License-Identifier: MIT
-- Stills and small pictures that move: made of the film's cuts like a film, without its sound.
local timing = require "rules.timing"

local preview = {}

local FORMATS = { gif = true, jpg = true, png = true, webp = true }

-- A width in the film's shape, to an even height.
local function in_shape(w, width)
  local full = w.format.pixels
  return c41.fixed { width, math.max(16, 2 * math.floor(width * full[2] / full[1] / 2 + 0.5)) }
end

-- Adds to d what is of such files only; own gives what the film says of a deliverable, else its preset.
function preview.read(w, d, own)
  if not FORMATS[d.container.format] then
    return
  end
  local width = own("width")
  if width and not d.spec.pixels then
    d.pixels = in_shape(w, width)
  end
  d.preview = { fps = own("fps"), seconds = own("seconds") }
  d.audio, d.loudness, d.peak, d.subtitles = {}, nil, nil, d.subtitles == "burn" and "burn" or "none"
end

-- What is known of how long piece number k of a file is before anything is measured: shots have a time of their own, but
-- for the frames that transitions take; these are as long as they are. i is the shot's number.
function preview.least(w, sh, frames, i)
  local own = type(frames) == "table" and timing.least(w, sh) + (frames.plus or 0) or frames
  return { frames = own, shot = i, clock = sh.id }
end

-- Leaves out of a file what surely lies behind all that it shows, so that nobody makes it.
function preview.cut_short(w, d, a)
  local wanted = d.preview.seconds and d.preview.seconds * w.fps_num / w.fps_den + 1 or math.huge
  local n, frames, clocks, inputs, cuts = 0, 0, {}, {}, 0
  while n < #a.pieces and frames < wanted do
    n = n + 1
    frames, clocks[a.least[n].clock] = frames + a.least[n].frames, true
  end
  for _, input in ipairs(a.inputs) do
    cuts = cuts + (input[1] == "cut" and 1 or 0)
    if clocks[input[1]] or (input[1] == "cut" and cuts <= n) then
      inputs[#inputs + 1] = input
    end
  end
  a.inputs = inputs
  for i = #a.pieces, n + 1, -1 do
    a.pieces[i] = nil
  end
  for i = #a.shots, a.least[n].shot + 1, -1 do
    a.shots[i] = nil
  end
end

-- What is told of shots without their sound.
function preview.shots(shots, c)
  for i, sh in ipairs(shots) do
    c.shots[i] = { scene = sh.scene.name, frames = c.frames[i] }
  end
end

return preview
