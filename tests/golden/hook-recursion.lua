-- SPDX-License-Identifier: MIT
local on = require "c41.on"

local function deeper(n)
  return 1 + deeper(n + 1)
end

on.shot(function(shot)
  shot.tail = deeper(0)
end)
