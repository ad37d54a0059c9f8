-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.step(function(step)
  if step.kind == "mix" then
    step.params.lead = {late = "timing.seconds", times = 2}
  end
end)
