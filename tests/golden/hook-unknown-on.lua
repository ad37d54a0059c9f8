-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.scene(function(scene)
  scene.style = "noir"
end)
