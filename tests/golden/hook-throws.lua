-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  if shot.shot == "two" then
    error("a chair is no picture")
  end
end)
