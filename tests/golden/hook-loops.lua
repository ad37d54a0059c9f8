-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  while shot.image do
    shot.tail = 1
  end
end)
