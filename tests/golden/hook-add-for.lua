-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.film(function(film)
  film:add_scene {
    id = "rows",
    ["for"] = "rows.csv",
    shots = { { image = "a lamp" } },
  }
end)
