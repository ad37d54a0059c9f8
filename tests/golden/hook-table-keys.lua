-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  for key in pairs({[shot] = 1}) do
    shot.note = "seen"
  end
end)
