-- SPDX-License-Identifier: MIT
-- What a platform takes of a file. What is known before anything is made is told here; how long and how large the file
-- came out, when it is there.
local limits = {}

local function is_outside(value, least, most)
  return value < (least or value) or value > (most or value)
end

local function range(least, most, unit)
  if least and most then
    return ("from %g to %g%s"):format(least, most, unit)
  end
  return ("at %s %g%s"):format(least and "least" or "most", least or most, unit)
end

-- own gives what the film says of a deliverable, else its preset.
function limits.check(w, d, own, place)
  local fps, aspect = w.fps_num / w.fps_den, d.pixels[1] / d.pixels[2]
  local slowest, fastest = own("min-fps"), own("max-fps")
  local narrowest, widest = own("min-aspect"), own("max-aspect")
  if is_outside(fps, slowest, fastest) then
    c41.warn(place, ("%s takes films of %s, and this one has %g"):format(d.preset.preset,
      range(slowest, fastest, " frames a second"), fps), "set `format`, or choose another preset")
  end
  if is_outside(aspect, narrowest, widest) then
    c41.warn(place, ("%s takes pictures %s as wide as high, and these are %g"):format(d.preset.preset,
      range(narrowest, widest, " times"), aspect), "set `pixels`")
  end
end

return limits
