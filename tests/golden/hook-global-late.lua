-- SPDX-License-Identifier: MIT
local on = require "c41.on"

count = 0

on.shot(function(shot)
  count = count + 1
  shot.tail = count
end)
