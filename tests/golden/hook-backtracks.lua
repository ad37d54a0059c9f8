-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  local words = ("a"):rep(60)
  if words:find(("a-"):rep(40) .. "b") then
    shot.tail = 1
  end
end)
