-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  while true do
    pcall(string.rep, "x", 1 << 30)
  end
end)
