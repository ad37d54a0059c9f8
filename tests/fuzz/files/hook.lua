-- SPDX-License-Identifier: MIT
-- Touches most of what a hook may touch, so that the fuzzer comes by there.
local on = require "c41.on"

on.film(function(film)
  for row in c41.csv(c41.read "rows.csv") do
    film:add_scene {
      id = row.id,
      shots = { { shot = "one", image = row.name, say = { narrator = row.price } } },
    }
  end
end)

on.shot(function(shot)
  if shot.size == "wide" then
    shot.move = "push-in"
  end
end)

on.step(function(step)
  if step.kind == "image" then
    step.params.seed = 1
  end
end)
