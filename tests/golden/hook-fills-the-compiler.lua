-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  local path = ("x"):rep(1 << 22)
  while true do
    pcall(c41.read, path)
  end
end)
