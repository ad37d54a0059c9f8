-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.step(function(step)
  if step.kind == "image" then
    step.preset = "darft"
  end
end)
