-- SPDX-License-Identifier: MIT
local on = require "c41.on"

on.shot(function(shot)
  return {image = "a stool"}
end)
