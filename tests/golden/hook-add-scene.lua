-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.film(function(film)
  film:add_scene({
    scene = "EXT. YARD - DAY",
    shots = {{shot = "well", imgae = "a well"}},
  })
end)
