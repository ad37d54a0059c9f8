-- SPDX-License-Identifier: MIT
-- Frames as the clocks of editing programs count them, HH:MM:SS:FF. With ";" before the frames numbers are dropped, two
-- or four at the start of each minute but every tenth, which keeps 29.97 and 59.94 frames a second with the wall's clock.
local timecode = {}

local MINUTES = 24 * 60

local function read(w, text)
  local hours, minutes, seconds, mark, frames = text:match("^(%d+):(%d+):(%d+)([:;])(%d+)$")
  local rate = math.floor(w.fps_num / w.fps_den + 0.5)
  return { minutes = hours * 60 + minutes, seconds = tonumber(seconds), frames = tonumber(frames), mark = mark,
    rate = rate, dropped = mark == ";" and rate // 15 or 0 }
end

-- Whether a film of this rate has a frame of this number.
function timecode.check(w, text, place)
  local at = read(w, text)
  local drops = w.fps_den == 1001 and (w.fps_num == 30000 or w.fps_num == 60000)
  if at.mark == ";" and not drops then
    c41.error(place, "numbers are dropped at 29.97 and 59.94 frames a second alone",
      ('write "%s"'):format((text:gsub(";", ":"))))
  elseif at.frames >= at.rate or at.minutes >= MINUTES then
    c41.error(place, ('there is no frame "%s" at %d frames a second'):format(text, at.rate),
      ("write hours below 24, and frames below %d"):format(at.rate))
  elseif at.frames < at.dropped and at.seconds == 0 and at.minutes % 10 > 0 then
    c41.error(place, ('"%s" is one of the numbers that are dropped'):format(text),
      ("write %02d for the frames"):format(at.dropped))
  end
end

-- The timecode so many frames before this one; before midnight lies the day before.
function timecode.before(w, text, frames)
  local at = read(w, text)
  local day = MINUTES * 60 * at.rate - at.dropped * (MINUTES - MINUTES // 10)
  local n = (at.minutes * 60 + at.seconds) * at.rate + at.frames - at.dropped * (at.minutes - at.minutes // 10)
  n = (n - frames) % day
  local ten, minute = 600 * at.rate - 9 * at.dropped, 60 * at.rate - at.dropped
  local rest = n % ten
  n = n + at.dropped * (9 * (n // ten) + (rest >= at.dropped and (rest - at.dropped) // minute or 0))
  local seconds = n // at.rate
  return ("%02d:%02d:%02d%s%02d"):format(seconds // 3600, seconds // 60 % 60, seconds % 60, at.mark, n % at.rate)
end

return timecode
