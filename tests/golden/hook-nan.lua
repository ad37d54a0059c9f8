-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  shot.tail = 0 / 0
end)
