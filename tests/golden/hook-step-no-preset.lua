-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.step(function(step)
  step.preset = nil
end)
