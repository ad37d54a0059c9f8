-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local function spin()
  while true do
  end
end

on.shot(function(shot)
  while not pcall(spin) do
    shot.tail = 1
  end
end)
